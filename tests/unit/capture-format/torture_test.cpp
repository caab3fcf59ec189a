// Every kind of damage at random places: what it did not touch comes back, nothing false does, and every
// command says so by its exit code.
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

/// Of each kind of damage; UNDERSTUDY_MUTATIONS=10000 for the long run.
std::size_t rounds() {
  const char* wanted = std::getenv("UNDERSTUDY_MUTATIONS");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 100;
}

using Random = std::mt19937_64;

/// Bytes of captures with what each of their chunks holds.
struct Original {
  std::string bytes;
  struct Chunk {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<std::string> exchanges;
  };
  std::vector<Chunk> chunks;
  std::set<std::string> exchanges;

  explicit Original(std::string given) : bytes(std::move(given)) {
    const auto places = chunk_places(bytes);
    const auto all = read_back_bytes(bytes).exchanges;
    auto next = all.begin();
    for (const auto& place : places) {
      chunks.push_back({place.begin, place.end, {next, next + place.exchanges}});
      next += place.exchanges;
    }
    exchanges = {all.begin(), all.end()};
  }
};

std::string capture_from(std::uint64_t first, std::uint64_t count) {
  std::vector<SampleExchange> samples;
  for (std::uint64_t i = first; i < first + count; ++i) samples.push_back(sample_exchange(i, 100));
  return capture_of(samples);
}

/// One that has a capture in a body, stored as it is because its surroundings cannot be compressed.
std::string capture_with_capture_inside() {
  Random random(3);
  std::string noise(20'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  std::vector<SampleExchange> samples;
  for (std::uint64_t i = 0; i < 12; ++i) samples.push_back(sample_exchange(i, 100));
  samples[5].view.request.body = samples[5].keep(noise + capture_from(900, 12) + noise);
  return capture_of(samples);
}

/// What was done to the bytes: which places of the original no longer stand as they did.
struct Damaged {
  std::string bytes;
  std::size_t first_touched = 0;
  std::size_t end_touched = 0;  ///< for an insertion the same as the first

  bool touches(const Original::Chunk& chunk) const {
    if (first_touched == end_touched) return chunk.begin < first_touched && first_touched < chunk.end;
    return chunk.begin < end_touched && first_touched < chunk.end;
  }
};

/// Between the last chunk of a file and the first one of the next: what takes more than a bit there may take
/// the end of the one and the header of the other. Then only the end of the next says that another file
/// begins.
bool takes_a_border(const Damaged& damaged, std::size_t last_chunk, std::size_t next_first_chunk) {
  return damaged.end_touched > damaged.first_touched + 1 && damaged.end_touched > last_chunk &&
         damaged.first_touched < next_first_chunk;
}

using Damaging = std::function<Damaged(const std::string&, Random&)>;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

Damaged flip_a_bit(const std::string& bytes, Random& random) {
  const auto at = below(random, bytes.size());
  auto damaged = bytes;
  damaged[at] = static_cast<char>(damaged[at] ^ 1 << below(random, 8));
  return {std::move(damaged), at, at + 1};
}

Damaged overwrite_a_burst(const std::string& bytes, Random& random) {
  const auto at = below(random, bytes.size());
  const auto end = std::min(bytes.size(), at + 2 + below(random, 400));
  auto damaged = bytes;
  for (auto i = at; i < end; ++i) damaged[i] = static_cast<char>(random());
  return {std::move(damaged), at, end};
}

Damaged zero_a_page(const std::string& bytes, Random& random) {
  constexpr std::size_t kPage = 4096;
  const auto at = below(random, bytes.size() / kPage + 1) * kPage;
  const auto end = std::min(bytes.size(), at + kPage);
  auto damaged = bytes;
  std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(at),
            damaged.begin() + static_cast<std::ptrdiff_t>(end), '\0');
  return {std::move(damaged), at, end};
}

Damaged insert_bytes(const std::string& bytes, Random& random) {
  const auto at = below(random, bytes.size());
  std::string noise(1 + below(random, 900), '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return {bytes.substr(0, at) + noise + bytes.substr(at), at, at};
}

Damaged delete_bytes(const std::string& bytes, Random& random) {
  const auto at = below(random, bytes.size());
  const auto end = std::min(bytes.size(), at + 1 + below(random, 6000));
  return {bytes.substr(0, at) + bytes.substr(end), at, end};
}

Damaged repeat_a_range(const std::string& bytes, Random& random) {
  const auto from = below(random, bytes.size());
  const auto count = 1 + below(random, bytes.size() / 2);
  const auto at = below(random, bytes.size());
  return {bytes.substr(0, at) + bytes.substr(from, count) + bytes.substr(at), at, at};
}

Damaged cut(const std::string& bytes, Random& random) {
  const auto at = below(random, bytes.size());
  return {bytes.substr(0, at), at, bytes.size()};
}

class Torture : public ::testing::Test {
 protected:
  void expect_what_is_whole(const Original& original, const Damaged& damaged, const ReadBack& back) {
    const std::set<std::string> came(back.exchanges.begin(), back.exchanges.end());
    for (const auto& exchange : came)
      ASSERT_TRUE(original.exchanges.contains(exchange)) << "a false record:\n" << exchange;
    for (const auto& chunk : original.chunks) {
      if (damaged.touches(chunk)) continue;
      for (const auto& exchange : chunk.exchanges)
        ASSERT_TRUE(came.contains(exchange))
            << "the chunk at " << chunk.begin << " was not touched by damage from " << damaged.first_touched
            << " to " << damaged.end_touched;
    }
  }

  /// All commands over one damaged file, judged by what a reader says of it.
  void expect_honest_exit_codes(const std::string& bytes) {
    write_file(path("in"), bytes);
    const auto opened = Reader::from_bytes(bytes);
    const auto back = read_back_bytes(bytes);
    const auto honest = !opened                      ? ExitCode::usage
                        : back.damage.incidents != 0 ? ExitCode::failed
                                                     : ExitCode::ok;
    for (const auto* command : {"verify", "cat", "info"})
      ASSERT_EQ(run_capture({command, path("in")}).code, honest) << command;
    ASSERT_EQ(run_capture({"verify", "--deep", path("in")}).code, honest);
    // Where the header is damaged nothing says that the file is scrubbed.
    const auto recovered =
        run_capture({"recover", "--force", "--allow-unscrubbed", path("in"), "-o", path("out")});
    ASSERT_EQ(recovered.code, honest) << recovered.err << recovered.out;
    if (honest == ExitCode::usage) return;
    EXPECT_EQ(recovered.out.find("nothing was lost") != std::string::npos, honest == ExitCode::ok)
        << recovered.out;
    ASSERT_EQ(run_capture({"verify", "--deep", path("out")}).code, ExitCode::ok);
    auto expected = back.exchanges;
    auto written = read_back_file(path("out")).exchanges;
    ASSERT_EQ(written, expected);
  }

  void run(const Damaging& damage, unsigned seed) {
    const Original one(capture_from(0, 24));
    const auto first = capture_from(0, 12);
    const Original two(first + capture_from(100, 12));
    const Original nested(capture_with_capture_inside());
    Random random(seed);
    for (std::size_t round = 0; round < rounds(); ++round) {
      const auto& original = round % 8 == 7 ? nested : round % 4 == 3 ? two : one;
      const auto damaged = damage(original.bytes, random);
      SCOPED_TRACE(::testing::Message() << "round " << round);
      ASSERT_NO_FATAL_FAILURE(expect_what_is_whole(original, damaged, read_back_bytes(damaged.bytes)));
      if (round % 20 != 0 && std::getenv("UNDERSTUDY_MUTATIONS") == nullptr) continue;
      ASSERT_NO_FATAL_FAILURE(expect_honest_exit_codes(damaged.bytes));
    }
  }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  TemporaryDirectory directory_;
};

TEST_F(Torture, FlippedBits) { run(flip_a_bit, 21); }
TEST_F(Torture, OverwrittenBursts) { run(overwrite_a_burst, 22); }
TEST_F(Torture, ZeroedPages) { run(zero_a_page, 23); }
TEST_F(Torture, InsertedBytes) { run(insert_bytes, 24); }
TEST_F(Torture, DeletedBytes) { run(delete_bytes, 25); }
TEST_F(Torture, RepeatedRanges) { run(repeat_a_range, 26); }
TEST_F(Torture, Truncation) { run(cut, 27); }

TEST_F(Torture, TwoDamagedFilesInARow) {
  const Original first(capture_from(0, 24));
  const Original second(capture_from(100, 24));
  const std::vector<Damaging> kinds{flip_a_bit, overwrite_a_burst, zero_a_page, delete_bytes, cut};
  Random random(31);
  for (std::size_t round = 0; round < rounds(); ++round) {
    const auto a = kinds[below(random, kinds.size())](first.bytes, random);
    const auto b = kinds[below(random, kinds.size())](second.bytes, random);
    const auto back = read_back_bytes(a.bytes + b.bytes);
    std::set<std::string> came;
    for (const auto& exchange : back.exchanges) {
      ASSERT_TRUE(first.exchanges.contains(exchange) || second.exchanges.contains(exchange));
      came.insert(exchange);
    }
    for (const auto& chunk : first.chunks)
      for (const auto& exchange : chunk.exchanges)
        ASSERT_TRUE(a.touches(chunk) || came.contains(exchange)) << "round " << round;
    for (const auto& chunk : second.chunks)
      for (const auto& exchange : chunk.exchanges)
        ASSERT_TRUE(takes_a_border(a, first.chunks.back().begin, first.bytes.size()) ||
                    b.first_touched < second.chunks.front().begin || b.touches(chunk) ||
                    came.contains(exchange))
            << "round " << round;
    if (round % 20 != 0) continue;
    ASSERT_NO_FATAL_FAILURE(expect_honest_exit_codes(a.bytes + b.bytes));
  }
}

}  // namespace
}  // namespace understudy::capture::testing
