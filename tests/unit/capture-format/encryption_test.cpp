// Encrypted captures: they come back with the key, tell nothing without it, and nothing that is changed is
// believed.
#include "capture-format/file_writer.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/summary.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/merge/sorted_runs.hpp"
#include "capture-format/merge/time_sorter.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "capture-format/recorder.hpp"
#include "capture-format/writer/file_sealer.hpp"
#include "core/base/crc32c.hpp"
#include "tests/unit/capture-format/encrypted_sample.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zstd.h>

namespace understudy::capture::testing {
namespace {

TEST(Encryption, ExchangesComeBackWithTheKey) {
  const auto keys = sample_keys();
  const auto back = read_back_bytes(encrypted_samples(keys, 0, 60), keys);
  EXPECT_EQ(back.exchanges, described(0, 60));
  EXPECT_EQ(back.damage.incidents, 0u) << back.damage.notes.front();
  EXPECT_TRUE(back.sealed);
}

TEST(Encryption, WithoutTheKeyAReaderSaysWhichOneItNeeds) {
  const auto reader = Reader::from_bytes(encrypted_samples(sample_keys("prod-7"), 0, 5));
  ASSERT_FALSE(reader.has_value());
  EXPECT_NE(reader.error().message.find("encrypted with key 'prod-7'; give --key-file"), std::string::npos)
      << reader.error().message;
}

TEST(Encryption, AnotherKeyOfTheSameNameOpensNothing) {
  const auto bytes = encrypted_samples(sample_keys("a"), 0, 5);
  ReaderOptions other;
  other.keys = sample_keys("a");
  const auto reader = Reader::from_bytes(bytes, other);
  ASSERT_FALSE(reader.has_value());
  EXPECT_NE(reader.error().message.find("does not open it"), std::string::npos) << reader.error().message;
}

TEST(Encryption, EveryFileHasADataKeyOfItsOwn) {
  const auto keys = sample_keys();
  const auto one = encrypted_samples(keys, 0, 5);
  const auto two = encrypted_samples(keys, 0, 5);
  const auto first = chunk_places(one).front();
  const auto second = chunk_places(two).front();
  EXPECT_NE(one.substr(first.data + 8, 64), two.substr(second.data + 8, 64));
}

TEST(Encryption, StockZstdFindsAnEmptyMessage) {
  const auto bytes = encrypted_samples(sample_keys(), 0, 40);
  std::string_view rest(bytes);
  while (!rest.empty()) {
    const auto frame = ZSTD_findFrameCompressedSize(rest.data(), rest.size());
    ASSERT_FALSE(ZSTD_isError(frame));
    EXPECT_EQ(wire::load<std::uint32_t>(rest.data()) & 0xFFFFFFF0u, 0x184D2A50u);
    rest.remove_prefix(frame);
  }
}

TEST(Encryption, FiltersSeeTheSealedIndex) {
  const auto keys = sample_keys();
  ReaderOptions options;
  options.keys = keys;
  const std::vector<std::string> terms{"status=5xx"};
  options.filter = *Filter::parse(terms);
  auto reader = Reader::from_bytes(encrypted_samples(keys, 1, 60), options);
  ASSERT_TRUE(reader.has_value());
  std::uint64_t found = 0;
  while (reader->next() != nullptr) ++found;
  std::uint64_t expected = 0;
  for (std::uint64_t i = 1; i <= 60; ++i) expected += i % 11 == 0 && i % 17 != 0 ? 1 : 0;
  EXPECT_EQ(found, expected);
  EXPECT_EQ(reader->damage().incidents, 0u);
  // Chunks that hold none were passed over by their header.
  EXPECT_LT(reader->totals().chunks, chunk_places(encrypted_samples(keys, 1, 60)).size());
}

TEST(Encryption, ConcatenatedFilesOfSeveralKeysAreReadWithAllOfThem) {
  const TemporaryDirectory directory;
  const auto one = SecretKey::random();
  const auto two = SecretKey::random();
  const auto path = directory.path() / "keys";
  write_key_file(path, fmt::format("one {}\n# old\n\ntwo {}\n", one->to_base64(), two->to_base64()));
  KeyOptions both;
  both.key_file = path.string();
  auto bytes = encrypted_samples(std::make_shared<KeyFile>("one", one->copy()), 0, 10);
  bytes += capture_of_samples(10, 10);
  bytes += encrypted_samples(std::make_shared<KeyFile>("two", two->copy()), 20, 10);
  const auto back = read_back_bytes(bytes, *open_key_ring(both));
  EXPECT_EQ(back.exchanges, described(0, 30));
  EXPECT_EQ(back.damage.incidents, 0u) << back.damage.notes.front();
}

TEST(Encryption, ALaterFileWithoutItsKeyIsLostAndNamed) {
  const auto keys = sample_keys("mine");
  const auto back = read_back_bytes(
      encrypted_samples(keys, 0, 10) + encrypted_samples(sample_keys("theirs"), 10, 10), keys);
  EXPECT_EQ(back.exchanges, described(0, 10));
  ASSERT_NE(back.damage.incidents, 0u);
  EXPECT_NE(back.damage.notes.front().find("'theirs'"), std::string::npos) << back.damage.notes.front();
}

TEST(Encryption, ARecorderEncryptsEveryFileThatItRotates) {
  const TemporaryDirectory directory;
  KeyOptions keys;
  keys.key_file = (directory.path() / "keys").string();
  write_key_file(keys.key_file, fmt::format("live {}\n", SecretKey::random()->to_base64()));
  RecorderOptions options;
  options.directory = directory.path() / "captures";
  options.chunk_bytes = 4096;
  options.rotate_bytes = 16'000;
  options.chunks_in_flight = 64;
  options.encryption = keys;
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value()) << recorder.error().message;
    for (std::uint64_t i = 0; i < 100; ++i) ASSERT_TRUE((*recorder)->append(sample_exchange(i).view));
  }
  std::string all;
  const auto files = files_in(options.directory);
  EXPECT_GT(files.size(), 1u);
  for (const auto& file : files) all += read_file(file);
  const auto back = read_back_bytes(all, *open_key_ring(keys));
  auto exchanges = back.exchanges;
  std::sort(exchanges.begin(), exchanges.end());
  auto expected = described(0, 100);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(exchanges, expected);
  EXPECT_EQ(back.damage.incidents, 0u) << back.damage.notes.front();
}

TEST(Encryption, ARecorderWithoutAUsableKeyDoesNotBegin) {
  const TemporaryDirectory directory;
  RecorderOptions options;
  options.directory = directory.path() / "captures";
  options.encryption.key_file = (directory.path() / "missing").string();
  const auto recorder = Recorder::open(options);
  ASSERT_FALSE(recorder.has_value());
  EXPECT_NE(recorder.error().message.find("missing"), std::string::npos) << recorder.error().message;
}

/// All records of a plain file as they were before compression.
std::string uncompressed(const std::string& bytes) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  std::string raw;
  std::string piece(ZSTD_DStreamOutSize(), '\0');
  for (ZSTD_inBuffer in{bytes.data(), bytes.size(), 0}; in.pos < in.size;) {
    ZSTD_outBuffer out{piece.data(), piece.size(), 0};
    if (ZSTD_isError(ZSTD_decompressStream(context.get(), &out, &in)) != 0) return {};
    raw.append(piece, 0, out.pos);
  }
  return raw;
}

/// Four places of eight bytes of every planted text would be enough to tell.
TEST(Encryption, NothingThatTrafficHoldsOccursInTheFile) {
  std::mt19937_64 random(7);
  std::vector<SampleExchange> exchanges;
  std::vector<std::string> planted;
  const auto plant = [&](SampleExchange& sample, const char* prefix) {
    planted.push_back(fmt::format("{}{:016x}", prefix, random()));
    return sample.keep(planted.back());
  };
  for (std::uint64_t i = 0; i < 200; ++i) {
    auto sample = sample_exchange(i);
    sample.view.request.method = plant(sample, "M");
    sample.view.request.target = plant(sample, "/path-");
    sample.view.request.authority = plant(sample, "host-");
    sample.view.request.headers.push_back({plant(sample, "x-"), plant(sample, "value-")});
    sample.view.request.body = plant(sample, "body-");
    sample.view.response.reason = plant(sample, "reason-");
    sample.view.response.body = plant(sample, "answer-");
    sample.view.mirrors = {{MirrorOutcome::sent, "", plant(sample, "shadow-")}};
    exchanges.push_back(std::move(sample));
  }
  const auto bytes = encrypted_capture_of(sample_keys(), exchanges);
  const auto plain = uncompressed(capture_of(exchanges));
  std::size_t in_plain = 0;
  for (const auto& text : planted) {
    EXPECT_EQ(bytes.find(text), std::string::npos) << text;
    EXPECT_EQ(bytes.find(text.substr(text.size() - 8)), std::string::npos) << text;
    in_plain += plain.find(text) != std::string::npos ? 1 : 0;
  }
  EXPECT_NE(in_plain, 0u) << "the test itself does not find what a plain file shows";
}

TEST(Encryption, TheIndexInTheClearIsEmpty) {
  const auto bytes = encrypted_samples(sample_keys(), 0, 60);
  for (const auto& place : chunk_places(bytes)) {
    const auto header = decode_chunk_header(std::string_view(bytes).substr(place.begin));
    ASSERT_TRUE(header.has_value());
    ChunkHeader shown;
    shown.header_bytes = header->header_bytes;
    shown.flags = kEncrypted;
    shown.file_uuid = header->file_uuid;
    shown.sequence = header->sequence;
    shown.previous_offset = header->previous_offset;
    shown.records = header->records;
    shown.exchanges = header->exchanges;
    shown.stored_bytes = header->stored_bytes;
    shown.stored_crc32c = header->stored_crc32c;
    EXPECT_EQ(encode(*header), encode(shown));
  }
  // All that a summary tells in the clear is how many chunks there are.
  const auto trailer = wire::load<std::uint64_t>(bytes.data() + bytes.size() - 32);
  const auto frame = std::string_view(bytes).substr(bytes.size() - trailer);
  EXPECT_EQ(wire::load<std::uint16_t>(frame.data() + 12), 0u);
  EXPECT_EQ(wire::load<std::uint32_t>(frame.data() + 16), chunk_places(bytes).size());
  Uuid uuid;
  std::copy_n(bytes.data() + kFileUuidAt, uuid.size(), uuid.begin());
  EXPECT_FALSE(decode_summary(frame, uuid).has_value());
}

TEST(Encryption, ASealerNeverSealsANumberTwice) {
  FileHeader file;
  file.uuid = random_uuid();
  const auto sealer = *FileSealer::make(sample_keys().get(), file);
  ChunkHeader header;
  header.sequence = 5;
  EXPECT_TRUE(sealer->seal_chunk(header, "frame").has_value());
  for (const std::uint64_t number : {5U, 4U}) {
    header.sequence = number;
    EXPECT_FALSE(sealer->seal_chunk(header, "frame").has_value()) << number;
  }
  const auto summary = encode(Summary(), file.uuid, 100);
  EXPECT_TRUE(sealer->seal_summary(summary, 6, 100).has_value());
  EXPECT_FALSE(sealer->seal_summary(summary, 6, 100).has_value());
  header.sequence = 6;
  EXPECT_FALSE(sealer->seal_chunk(header, "frame").has_value());
}

TEST(Encryption, TemporaryRunsOfASortAreEncrypted) {
  const TemporaryDirectory directory;
  TimeSorter::Options options;
  options.scratch = directory.path();
  options.memory_bytes = 20'000;
  options.encrypt = true;
  TimeSorter sorter(options);
  for (std::uint64_t i = 0; i < 200; ++i) ASSERT_TRUE(sorter.add(sample_exchange(200 - i).view).has_value());
  ASSERT_TRUE(sorter.finish().has_value());
  for (std::uint64_t i = 1; i <= 200; ++i) {
    const auto* exchange = sorter.next().value();
    ASSERT_NE(exchange, nullptr);
    EXPECT_EQ(describe(*exchange), describe(sample_exchange(i).view));
  }
  EXPECT_EQ(sorter.next().value(), nullptr);
}

/// The file has no name, so its bytes are looked for among the open files of this process.
TEST(Encryption, BlocksOfASortedRunShowNothing) {
  const TemporaryDirectory directory;
  for (const bool encrypted : {false, true}) {
    SortedRuns runs(1, encrypted);
    ASSERT_TRUE(runs.open(directory.path()).has_value());
    ASSERT_TRUE(runs.append({1, 2, "a-secret-that-would-be-seen"}).has_value());
    const auto run = runs.end_run();
    ASSERT_TRUE(run.has_value());
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
      if (target.starts_with(directory.path().string())) all += read_file(entry.path());
    }
    EXPECT_EQ(all.find("a-secret-that-would-be-seen") != std::string::npos, !encrypted);
    SortedRuns::Cursor cursor(runs, *run);
    ASSERT_TRUE(cursor.next().value());
    EXPECT_EQ(cursor.entry().record, "a-secret-that-would-be-seen");
  }
}

}  // namespace
}  // namespace understudy::capture::testing
