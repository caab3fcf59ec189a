// Any bytes as a damaged capture: what `recover` writes always verifies, holds nothing that a reader of the
// damaged file does not give, all of what it gives, and the exit code says whether something was lost.
#include "capture-format/commands/commands.hpp"
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/reader.hpp"
#include "core/base/content_hash.hpp"
#include "core/base/crc32c.hpp"
#include "tests/fuzz/verify.hpp"

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stdlib.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <zstd.h>

namespace understudy::capture {
namespace {

/// In memory where there is such a place; removed at the end of the process.
class Scratch {
 public:
  Scratch() {
    const std::filesystem::path memory = "/dev/shm";
    auto pattern =
        ((std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path()) /
         "understudy-fuzz-XXXXXX")
            .string();
    path_ = mkdtemp(pattern.data());
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// The input as the records of intact chunks, cut at its bytes 0xff, so that what the fuzzer changes is
/// behind the checksums.
std::string capture_around(std::string_view input) {
  FileHeader file;
  file.uuid.fill('u');
  std::string bytes = encode(file);
  std::uint64_t sequence = 0;
  while (!input.empty()) {
    const auto raw = input.substr(0, input.find('\xff'));
    input.remove_prefix(std::min(input.size(), raw.size() + 1));
    std::string stored(ZSTD_compressBound(raw.size()), '\0');
    auto* const zstd = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    stored.resize(ZSTD_compress2(zstd, stored.data(), stored.size(), raw.data(), raw.size()));
    ZSTD_freeCCtx(zstd);
    ChunkHeader chunk;
    chunk.file_uuid = file.uuid;
    chunk.sequence = sequence++;
    chunk.exchanges = raw.empty() ? 0 : static_cast<unsigned char>(raw.front()) % 4;
    chunk.raw_bytes = static_cast<std::uint32_t>(raw.size());
    chunk.stored_bytes = static_cast<std::uint32_t>(stored.size());
    chunk.stored_crc32c = crc32c(stored);
    const auto fixed = encode(chunk);
    bytes.append(fixed.data(), fixed.size()).append(stored);
  }
  return bytes;
}

struct Content {
  bool opened = false;
  std::uint64_t incidents = 0;
  std::map<std::uint64_t, int> exchanges;  ///< by a hash of what tells them apart
};

Content content_of(const std::string& path) {
  Content content;
  auto reader = Reader::open(path);
  content.opened = reader.has_value();
  if (!content.opened) return content;
  while (const auto* exchange = reader->next()) {
    std::string all = std::to_string(exchange->id) + ' ' + std::to_string(exchange->start_ns);
    for (const auto* message : {&exchange->request, &exchange->response})
      for (const auto text : {message->method, message->target, message->authority, message->body})
        all.append(1, '\n').append(text);
    ++content.exchanges[content_hash(all)];
  }
  content.incidents = reader->damage().incidents;
  return content;
}

ExitCode recover(const std::string& from, const std::string& to) {
  CLI::App app;
  std::function<ExitCode()> run;
  add_commands(app, run);
  std::vector<std::string> arguments{to, "--output", from, "--allow-unscrubbed", "--force", "recover"};
  app.parse(arguments);
  return run();
}

void check(std::string_view bytes) {
  static const Scratch scratch;
  const auto in = scratch / "in.ucap.zst";
  const auto out = scratch / "out.ucap.zst";
  std::filesystem::remove(out);
  std::ofstream(in, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto code = recover(in, out);
  const auto before = content_of(in);
  if (code == ExitCode::usage) {
    UNDERSTUDY_VERIFY(!before.opened);
    return;
  }
  const auto after = content_of(out);
  UNDERSTUDY_VERIFY(after.opened && after.incidents == 0);
  UNDERSTUDY_VERIFY((code == ExitCode::ok) == (before.incidents == 0));
  for (const auto& [hash, count] : after.exchanges) {
    const auto found = before.exchanges.find(hash);
    UNDERSTUDY_VERIFY(found != before.exchanges.end() && found->second >= count);
  }
  if (code == ExitCode::ok) UNDERSTUDY_VERIFY(after.exchanges == before.exchanges);
}

}  // namespace
}  // namespace understudy::capture

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  // What the command tells people is not looked at here; the fuzzer talks on standard error.
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDOUT_FILENO);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0)
    understudy::capture::check(input);
  else
    understudy::capture::check(understudy::capture::capture_around(input));
  return 0;
}
