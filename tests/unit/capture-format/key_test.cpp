// Key files, key commands and wrapping another time.
#include "capture-format/commands/rewrapping.hpp"
#include "capture-format/crypto/gcm.hpp"
#include "capture-format/crypto/key_command.hpp"
#include "capture-format/crypto/key_file.hpp"
#include "tests/unit/capture-format/encrypted_sample.hpp"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

namespace fs = std::filesystem;

class Keys : public ::testing::Test {
 protected:
  fs::path path(const char* name) const { return directory_.path() / name; }

  /// A key file with one line for each ID.
  std::string key_file(const char* name, const std::vector<std::string>& ids) const {
    std::string text;
    for (const auto& id : ids) text += fmt::format("{} {}\n", id, SecretKey::random()->to_base64());
    write_key_file(path(name), text);
    return path(name).string();
  }

  std::string script(const char* name, const std::string& text) const {
    write_file(path(name), "#!/bin/sh\n" + text + "\n");
    fs::permissions(path(name), fs::perms::owner_all);
    return path(name).string();
  }

  /// What opening a key file with this content says.
  std::string refusal(const std::string& text) const {
    write_key_file(path("refused"), text);
    const auto ring = KeyFile::open(path("refused"), "");
    return ring ? "accepted" : ring.error().message;
  }

  /// What wrapping by such a command says.
  std::string refusal_of_command(const std::string& script_text, const ChildLimits& limits = {}) const {
    const auto ring = KeyCommand::open(script("kms", script_text), "id", limits);
    const auto wrapped = (*ring)->wrap(*SecretKey::random(), "uuid");
    return wrapped ? "accepted" : wrapped.error().message;
  }

  TemporaryDirectory directory_;
};

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(Keys, GcmMatchesTheVectorOfItsSpecification) {
  // Test case 16 of the GCM specification (McGrew, Viega).
  const auto unhex = [](std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
  };
  const auto key =
      SecretKey::from_bytes(unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  const auto iv = unhex("cafebabefacedbaddecaf888");
  GcmNonce nonce;
  std::copy(iv.begin(), iv.end(), nonce.begin());
  const auto associated = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const auto plaintext = unhex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
      "b16aedf5aa0de657ba637b39");
  const auto expected = unhex(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
      "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");
  std::string sealed(plaintext.size() + kGcmTagBytes, '\0');
  ASSERT_TRUE(gcm_seal(*key, nonce, associated, plaintext, sealed.data()));
  EXPECT_EQ(sealed, expected);
  std::string opened(plaintext.size(), '\0');
  EXPECT_TRUE(gcm_open(*key, nonce, associated, sealed, opened.data()));
  EXPECT_EQ(opened, plaintext);
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  EXPECT_FALSE(gcm_open(*key, nonce, associated, sealed, opened.data()));
}

TEST_F(Keys, AKeyFileThatOthersCanReadIsRefused) {
  const auto file = key_file("keys", {"a"});
  for (const auto mode : {0640, 0604, 0660, 0602, 0610}) {
    ASSERT_EQ(chmod(file.c_str(), static_cast<mode_t>(mode)), 0);
    const auto ring = KeyFile::open(file, "");
    ASSERT_FALSE(ring.has_value()) << mode;
    EXPECT_SAYS(ring.error().message, "chmod 600 it");
  }
  ASSERT_EQ(chmod(file.c_str(), 0400), 0);
  EXPECT_TRUE(KeyFile::open(file, "").has_value());
}

TEST_F(Keys, MalformedKeyFilesAreRefusedByLineWithoutTheirContent) {
  const auto good = SecretKey::random()->to_base64();
  EXPECT_EQ(refusal("# comment\n\nid " + good + "\r\n"), "accepted");
  EXPECT_SAYS(refusal(""), "holds no key");
  EXPECT_SAYS(refusal("id\n"), ":1: needs a key ID");
  EXPECT_SAYS(refusal("id " + good + " more\n"), ":1: needs a key ID");
  EXPECT_SAYS(refusal("id " + good.substr(1) + "\n"), ":1: needs a key ID");
  EXPECT_SAYS(refusal("a " + good + "\n-b " + good + "\n"), ":2: needs a key ID");
  EXPECT_SAYS(refusal("a " + good + "\na " + good + "\n"), "twice");
  EXPECT_SAYS(refusal(std::string(70'000, '\n')), "larger than 64 KiB");
  EXPECT_EQ(refusal("id " + good.substr(1) + "\n").find(good.substr(1)), std::string::npos);
  EXPECT_FALSE(KeyFile::open("/does/not/exist", "").has_value());
  EXPECT_FALSE(KeyFile::open(directory_.path(), "").has_value());
}

TEST_F(Keys, TheFirstKeyWrapsAndAllUnwrap) {
  const auto file = key_file("keys", {"new", "old"});
  const auto data_key = SecretKey::random();
  const auto by_new = (*KeyFile::open(file, ""))->wrap(*data_key, "uuid");
  const auto by_old = (*KeyFile::open(file, "old"))->wrap(*data_key, "uuid");
  EXPECT_EQ(by_new->key_id, "new");
  EXPECT_EQ(by_old->key_id, "old");
  const auto ring = *KeyFile::open(file, "");
  EXPECT_EQ(ring->unwrap(*by_old, "uuid")->view(), data_key->view());
  EXPECT_EQ(ring->unwrap(*by_new, "uuid")->view(), data_key->view());
  EXPECT_FALSE(ring->unwrap(*by_new, "another file").has_value());
  EXPECT_FALSE(KeyFile::open(file, "unknown").has_value());
}

TEST_F(Keys, ACommandWrapsAndUnwraps) {
  // Any reversible change will do; what a shell would do with the arguments is not done.
  const auto command = script("kms", "printf '%s\\n' \"$@\" >> " + path("calls").string() +
                                         "\nbase64 $FLAG "
                                         "$([ \"$2\" = unwrap ] && echo -d)");
  auto ring = KeyCommand::open(command + " $(touch)", "arn:aws:kms/key-1");
  ASSERT_TRUE(ring.has_value());
  const auto bytes = encrypted_samples(*ring, 0, 10);
  EXPECT_EQ(read_back_bytes(bytes, *ring).exchanges.size(), 10u);
  EXPECT_EQ(read_back_bytes(bytes, *ring).exchanges.size(), 10u);
  EXPECT_EQ(read_file(path("calls")),
            "$(touch)\nwrap\narn:aws:kms/key-1\n$(touch)\nunwrap\narn:aws:kms/key-1\n");
}

TEST_F(Keys, AFailingCommandIsOneClearLine) {
  EXPECT_SAYS(refusal_of_command("echo 'access denied' >&2; echo more >&2; exit 3"),
              "kms: ended with code 3: access denied");
  EXPECT_SAYS(refusal_of_command("cat >/dev/null"), "prints nothing");
  EXPECT_SAYS(refusal_of_command("cat"), "prints the key itself");
  EXPECT_SAYS(refusal_of_command("kill -9 $$"), "was ended by signal 9");
  EXPECT_SAYS(refusal_of_command("yes"), "prints more than 1024 bytes");
  const auto missing = KeyCommand::open("/does/not/exist", "id");
  EXPECT_SAYS((*missing)->wrap(*SecretKey::random(), "uuid").error().message, "cannot be started");
  EXPECT_FALSE(KeyCommand::open("  ", "id").has_value());
}

TEST_F(Keys, ACommandThatHangsIsEndedWithItsChildren) {
  ChildLimits limits;
  limits.time = std::chrono::milliseconds(200);
  EXPECT_SAYS(refusal_of_command("sleep 100 & sleep 100", limits), "took longer than 0.2 s");
  EXPECT_SAYS(refusal_of_command("exec >&-; sleep 100", limits), "took longer than 0.2 s");
}

TEST_F(Keys, ACommandThatUnwrapsToAnotherLengthIsRefused) {
  const auto ring = KeyCommand::open(script("kms", "printf short"), "id");
  const auto key = (*ring)->unwrap({"id", "wrapped"}, "uuid");
  ASSERT_FALSE(key.has_value());
  EXPECT_SAYS(key.error().message, "prints 5 bytes for unwrap id, not the 32");
}

TEST_F(Keys, RekeyChangesTheHeadersAndNothingElse) {
  const auto old_file = key_file("old", {"old"});
  const auto new_file = key_file("new", {"a-new-key-with-a-much-longer-name"});
  const auto old_ring = *KeyFile::open(old_file, "");
  const auto new_ring = *KeyFile::open(new_file, "");
  const auto before =
      encrypted_samples(old_ring, 0, 30) + capture_of_samples(30, 10) + encrypted_samples(old_ring, 40, 30);
  const auto file = path("both.ucap.zst").string();
  write_file(file, before);
  ASSERT_EQ(chmod(file.c_str(), 0640), 0);
  const auto rewrapped = rewrap(file, *old_ring, *new_ring);
  ASSERT_TRUE(rewrapped.has_value()) << rewrapped.error().message;
  EXPECT_EQ(rewrapped->parts, 2u);
  const auto after = read_file(file);
  ASSERT_EQ(after.size(), before.size());
  EXPECT_EQ(chunk_places(after).size(), chunk_places(before).size());
  std::size_t changed = 0;
  for (const auto& place : chunk_places(before))
    changed +=
        before.substr(place.data, place.end - place.data) == after.substr(place.data, place.end - place.data)
            ? 0
            : 1;
  EXPECT_EQ(changed, 0u);
  const auto back = read_back_bytes(after, new_ring);
  EXPECT_EQ(back.exchanges.size(), 70u);
  EXPECT_EQ(back.damage.incidents, 0u) << back.damage.notes.front();
  EXPECT_TRUE(read_back_bytes(after, old_ring).exchanges.empty());
  struct stat status{};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
  EXPECT_EQ(files_in(directory_.path()).size(), 3u) << "something temporary was left";
  // The copy of the envelope in the first chunk is a new one too.
  auto torn = after;
  torn[200] = static_cast<char>(torn[200] ^ 1);
  EXPECT_EQ(read_back_bytes(torn, new_ring).exchanges.size(), 70u);
}

TEST_F(Keys, WhatIsBeingWrittenIsNotRekeyed) {
  const auto ring = sample_keys();
  const auto file = path("open.ucap.zst.part").string();
  write_file(file, encrypted_samples(ring, 0, 5));
  const int writer = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(flock(writer, LOCK_EX), 0);
  const auto refused = rewrap(file, *ring, *ring);
  ASSERT_FALSE(refused.has_value());
  EXPECT_SAYS(refused.error().message, "is being written");
  close(writer);
  EXPECT_TRUE(rewrap(file, *ring, *ring).has_value());
}

TEST_F(Keys, RekeyThatFailsLeavesTheFileAsItIs) {
  const auto ring = sample_keys("mine");
  const auto before = encrypted_samples(ring, 0, 30);
  const auto file = path("a.ucap.zst").string();
  write_file(file, before);
  EXPECT_FALSE(rewrap(file, *sample_keys("theirs"), *ring).has_value());
  const auto too_large = KeyCommand::open(script("kms", "head -c 900 /dev/zero"), "id");
  const auto refused = rewrap(file, *ring, **too_large);
  ASSERT_FALSE(refused.has_value());
  EXPECT_SAYS(refused.error().message, "too little room");
  EXPECT_EQ(read_file(file), before);
  write_file(path("plain"), capture_of_samples(0, 5));
  EXPECT_SAYS(rewrap(path("plain").string(), *ring, *ring).error().message, "is not encrypted");
}

TEST_F(Keys, OptionsThatContradictEachOtherAreRefused) {
  KeyOptions options;
  EXPECT_EQ(*open_key_ring(options), nullptr);
  options.key_id = "a";
  EXPECT_FALSE(open_key_ring(options).has_value());
  options.key_command = "true";
  EXPECT_TRUE(open_key_ring(options).has_value());
  options.key_id = "a b";
  EXPECT_FALSE(open_key_ring(options).has_value());
  options.key_id = "a";
  options.key_file = key_file("keys", {"a"});
  EXPECT_FALSE(open_key_ring(options).has_value());
}

}  // namespace
}  // namespace understudy::capture::testing
