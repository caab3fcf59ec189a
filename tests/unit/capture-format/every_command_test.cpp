// Truncation anywhere and flipped bits anywhere, through every command that reads captures and over every
// sort of capture: judged by what the whole file held, not by what a reader says of the damaged one.
#include "capture-format/layout/summary.hpp"
#include "capture-format/reader/chunk_decompressor.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "capture-format/writer/raw_frame.hpp"
#include "core/base/crc32c.hpp"
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/encrypted_sample.hpp"
#include "tests/unit/capture-format/recorders.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

using Lines = std::vector<std::string>;

/// Flipped bits for each sort, and then truncation at every offset: UNDERSTUDY_MUTATIONS=2000 for the long
/// run.
std::size_t flips() {
  const char* wanted = std::getenv("UNDERSTUDY_MUTATIONS");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 4;
}
std::size_t cut_step() { return std::getenv("UNDERSTUDY_MUTATIONS") != nullptr ? 1 : 2503; }

Lines lines_of(const std::string& text) {
  Lines lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Lines sorted(Lines lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

constexpr std::size_t kChunkBytes = 700;

std::vector<SampleExchange> samples(std::uint64_t first) {
  std::vector<SampleExchange> all;
  for (std::uint64_t i = first; i < first + 8; ++i) all.push_back(sample_exchange(i, 60));
  return all;
}

std::string plain(std::uint64_t first = 0) { return capture_of(samples(first), kChunkBytes); }

std::string unsealed(const std::string& bytes) { return bytes.substr(0, chunk_places(bytes).back().end); }

/// What a recorder has written, slow exchanges in chunks of their own.
std::string with_stragglers() {
  const TemporaryDirectory directory;
  auto options = small_chunks(directory);
  options.chunk_bytes = 2048;
  auto recorder = Recorder::open(options);
  for (std::uint64_t i = 0; i < 20; ++i) {
    auto sample = sample_exchange(i, 200);
    if (i % 4 == 1) sample.view.timings.response_done_ns = 6'000'000'000 + i;
    EXPECT_TRUE(append_whole(**recorder, sample.view));
  }
  recorder->reset();
  return read_file(files_in(options.directory).at(0));
}

/// A chunk among others is so large that its header has checksums of its pieces.
std::string with_pieces() {
  auto all = samples(0);
  std::mt19937_64 random(5);
  std::string noise(9'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  all[3].view.response.body = all[3].keep(noise);
  return capture_of(all, kChunkBytes);
}

/// A capture with chunks that zstd has not compressed, as a recorder writes them that cannot keep up.
std::string with_raw_blocks(const std::string& bytes) {
  FrameScanner scanner(make_memory_source(bytes), FrameScanner::Content::stored);
  EXPECT_TRUE(scanner.begin("sample").has_value());
  std::string out = bytes.substr(0, chunk_places(bytes).front().begin);
  ChunkDecompressor decompressor;
  Summary summary;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    if (event != ScanEvent::chunk) continue;
    auto header = scanner.chunk();
    const auto raw = *decompressor.decompress(header, scanner.stored(), nullptr);
    std::string frame(raw_frame_bound(raw.size()), '\0');
    frame.resize(write_raw_frame(raw, frame.data()));
    header.flags |= kRaw;
    header.previous_offset = summary.index.empty() ? 0 : summary.index.back().offset;
    header.stored_bytes = static_cast<std::uint32_t>(frame.size());
    header.stored_crc32c = crc32c(frame);
    summary.index.push_back({out.size(), header});
    const auto fixed = encode(header);
    out.append(fixed.data(), fixed.size()).append(frame);
  }
  return out + encode(summary, scanner.file().uuid, out.size());
}

class EveryCommand : public ::testing::Test {
 protected:
  struct Chunk {
    std::size_t begin = 0;
    std::size_t end = 0;
    Lines lines;
  };

  /// What the whole file holds; a cut at one of `more_edges` leaves a file of which nobody can say that more
  /// was there.
  void take(std::string bytes, const std::vector<std::size_t>& more_edges) {
    bytes_ = std::move(bytes);
    write_file(path("in"), bytes_);
    const auto whole = run("cat", {"--json", path("in")});
    ASSERT_EQ(whole.code, ExitCode::ok) << whole.err;
    lines_ = lines_of(whole.out);
    auto next = lines_.begin();
    for (const auto& place : chunk_places(bytes_)) {
      chunks_.push_back({place.begin, place.end, {next, next + place.exchanges}});
      next += place.exchanges;
    }
    ASSERT_EQ(next, lines_.end());
    ASSERT_GE(chunks_.size(), 4u);
    edges_ = more_edges;
    edges_.push_back(bytes_.size());
  }

  void take_plain(std::string bytes, std::vector<std::size_t> more_edges = {}) {
    for (const auto& place : chunk_places(bytes)) more_edges.push_back(place.end);
    more_edges.push_back(chunk_places(bytes).front().begin);
    take(std::move(bytes), more_edges);
  }

  CommandResult run(const std::string& command, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), command);
    arguments.insert(arguments.end(), key_.begin(), key_.end());
    return run_capture(arguments);
  }

  /// What came out of a command's file.
  Lines written() {
    const auto back = run("cat", {"--json", path("out")});
    EXPECT_EQ(back.code, ExitCode::ok) << "what a command writes is whole: " << back.err;
    return lines_of(back.out);
  }

  /// All commands tell the same; returns what came back.
  Lines expect_alike(const std::string& bytes, ExitCode honest) {
    write_file(path("in"), bytes);
    const auto cat = run("cat", {"--json", path("in")});
    EXPECT_EQ(cat.code, honest) << cat.err;
    EXPECT_EQ(run("verify", {path("in")}).code, honest);
    EXPECT_EQ(run("verify", {"--deep", path("in")}).code, honest);
    const auto back = lines_of(cat.out);
    const auto info = run("info", {"--json", path("in")});
    EXPECT_EQ(info.code, honest) << info.err;
    const auto exported = run("export", {"--to", "ndjson", "--allow-unscrubbed", path("in")});
    EXPECT_EQ(exported.code, honest) << exported.err;
    EXPECT_EQ(lines_of(exported.out), back);
    for (const auto* command : {"recover", "merge"}) {
      const auto result = run(command, {"--force", "--allow-unscrubbed", path("in"), "-o", path("out")});
      EXPECT_EQ(result.code, honest) << command << ": " << result.err << result.out;
      if (honest != ExitCode::usage) {
        EXPECT_EQ(sorted(written()), sorted(back)) << command;
      }
    }
    if (honest != ExitCode::usage) {
      EXPECT_EQ(boost::json::parse(info.out).at("files").at(0).at("exchanges").to_number<std::size_t>(),
                back.size());
    }
    return back;
  }

  void truncate_everywhere() {
    // Before the end of its magic it could be any file.
    constexpr std::size_t kMagicEnd = 16;
    for (std::size_t cut = 0; cut <= bytes_.size(); cut += cut_step()) {
      SCOPED_TRACE(::testing::Message() << "cut at " << cut);
      const bool untold = std::find(edges_.begin(), edges_.end(), cut) != edges_.end();
      const auto honest = cut < kMagicEnd ? ExitCode::usage : untold ? ExitCode::ok : ExitCode::failed;
      Lines expected;
      for (const auto& chunk : chunks_)
        if (chunk.end <= cut) expected.insert(expected.end(), chunk.lines.begin(), chunk.lines.end());
      EXPECT_EQ(expect_alike(bytes_.substr(0, cut), honest), expected);
      if (HasFailure()) return;
    }
  }

  void flip_bits() {
    std::mt19937_64 random(99);
    for (std::size_t round = 0; round < flips(); ++round) {
      const auto at = random() % bytes_.size();
      SCOPED_TRACE(::testing::Message() << "byte " << at);
      auto damaged = bytes_;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << random() % 8);
      Lines expected;
      for (const auto& chunk : chunks_)
        if (at < chunk.begin || at >= chunk.end)
          expected.insert(expected.end(), chunk.lines.begin(), chunk.lines.end());
      EXPECT_EQ(expect_alike(damaged, ExitCode::failed), expected);
      if (HasFailure()) return;
    }
  }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  TemporaryDirectory directory_;
  Lines key_;  ///< what names the key on the command line
  std::string bytes_;
  Lines lines_;
  std::vector<Chunk> chunks_;
  std::vector<std::size_t> edges_;
};

TEST_F(EveryCommand, TellsOfASealedFile) {
  ASSERT_NO_FATAL_FAILURE(take_plain(plain()));
  truncate_everywhere();
  flip_bits();
}

TEST_F(EveryCommand, TellsOfAFileThatIsStillOpen) {
  ASSERT_NO_FATAL_FAILURE(take_plain(unsealed(plain())));
  truncate_everywhere();
  flip_bits();
}

TEST_F(EveryCommand, TellsOfConcatenatedFiles) {
  const auto first = plain(0);
  const auto second = plain(100);
  ASSERT_NO_FATAL_FAILURE(
      take_plain(first + second, {first.size(), first.size() + chunk_places(second).front().begin}));
  truncate_everywhere();
  flip_bits();
}

TEST_F(EveryCommand, TellsOfStragglers) {
  ASSERT_NO_FATAL_FAILURE(take_plain(with_stragglers()));
  truncate_everywhere();
  flip_bits();
}

TEST_F(EveryCommand, TellsOfRawBlocks) {
  ASSERT_NO_FATAL_FAILURE(take_plain(with_raw_blocks(plain())));
  truncate_everywhere();
  flip_bits();
}

TEST_F(EveryCommand, TellsOfChunksInPieces) {
  ASSERT_NO_FATAL_FAILURE(take_plain(with_pieces()));
  truncate_everywhere();
  flip_bits();
}

TEST_F(EveryCommand, TellsOfAnEncryptedFile) {
  const auto key = SecretKey::random();
  write_key_file(path("key"), "k1 " + key->to_base64() + "\n");
  key_ = {"--key-file", path("key")};
  const auto ring = *KeyFile::open(path("key"), "");
  ASSERT_NO_FATAL_FAILURE(take(encrypted_capture_of(ring, samples(0), kChunkBytes), {}));
  truncate_everywhere();
  flip_bits();
}

}  // namespace
}  // namespace understudy::capture::testing
