// The places that bytes come from: pipes as they come, and of a sealed file only what a filter needs.
#include "capture-format/reader/byte_source.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "capture-format/reader/pipe_source.hpp"
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

class Sources : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  /// What a reader gives of these bytes when they come through a pipe.
  ReadBack read_through_pipe(const std::string& bytes) {
    const auto pipe = path("pipe");
    EXPECT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    std::thread writing([&] { write_file(pipe, bytes); });
    auto reader = Reader::open(pipe);
    ReadBack back;
    if (reader) back = read_back(std::move(*reader));
    writing.join();
    unlink(pipe.c_str());
    return back;
  }

  TemporaryDirectory directory_;
};

void expect_same(const ReadBack& back, const ReadBack& expected) {
  ASSERT_EQ(back.exchanges, expected.exchanges);
  ASSERT_EQ(back.damage.chunks_lost, expected.damage.chunks_lost);
  ASSERT_EQ(back.damage.notes, expected.damage.notes);
  ASSERT_EQ(back.sealed, expected.sealed);
}

TEST_F(Sources, APipeGivesWhatTheFileGivesAlsoWhenItIsDamaged) {
  const auto first = capture_of_samples(0, 60);
  const auto second_at = first.size();
  const auto bytes = first + capture_of_samples(200, 30);
  expect_same(read_through_pipe(bytes), read_back_bytes(bytes));
  std::mt19937_64 random(41);
  for (int round = 0; round < 60; ++round) {
    auto damaged = bytes;
    const auto at = random() % damaged.size();
    if (round % 3 == 0) damaged[at] ^= static_cast<char>(1 + random() % 255);
    // A pipe cannot look for the end of a file whose header is gone with the end before it (FORMAT.md 3.4).
    const auto erasable = at < second_at ? second_at - at : bytes.size();
    if (round % 3 == 1) damaged.erase(at, std::min(erasable, 1 + random() % 5000));
    if (round % 3 == 2) damaged.resize(at);
    SCOPED_TRACE(::testing::Message()
                 << "round " << round << ", byte " << at << ", the second file begins at " << second_at);
    ASSERT_NO_FATAL_FAILURE(expect_same(read_through_pipe(damaged), read_back_bytes(damaged)));
  }
}

TEST_F(Sources, APipeGivesAChunkBeforeTheNextOneHasCome) {
  const auto bytes = capture_of_samples(0, 60);
  const auto places = chunk_places(bytes);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  FrameScanner scanner(std::make_unique<PipeSource>(ends[0]), FrameScanner::Content::stored);
  const auto write_part = [&](std::size_t begin, std::size_t end) {
    ASSERT_EQ(write(ends[1], bytes.data() + begin, end - begin), static_cast<ssize_t>(end - begin));
  };
  write_part(0, places[0].end);
  ASSERT_TRUE(scanner.begin("pipe").has_value());
  EXPECT_EQ(scanner.next(), ScanEvent::file);
  EXPECT_EQ(scanner.next(), ScanEvent::chunk);
  write_part(places[0].end, places[1].end);
  EXPECT_EQ(scanner.next(), ScanEvent::chunk);
  close(ends[1]);
  EXPECT_EQ(scanner.next(), ScanEvent::end);
  EXPECT_EQ(scanner.damage().incidents, 0U);
}

TEST_F(Sources, APipeKeepsNoMoreThanIsNeededToGoBack) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  PipeSource source(ends[0]);
  std::thread writing([&] {
    const std::string megabyte(std::size_t{1} << 20, 'm');
    for (int i = 0; i < 8; ++i)
      for (std::size_t done = 0; done < megabyte.size();)
        done += static_cast<std::size_t>(
            std::max<ssize_t>(write(ends[1], megabyte.data() + done, megabyte.size() - done), 0));
    close(ends[1]);
  });
  for (std::uint64_t at = 0; at < 8; ++at) {
    EXPECT_EQ(source.read_at(at << 20, std::size_t{1} << 20).size(), std::size_t{1} << 20);
    source.release_before((at + 1) << 20);
    EXPECT_EQ(source.read_at(at << 20, 1000), "") << "what was released is gone";
  }
  EXPECT_FALSE(source.reaches((std::uint64_t{8} << 20) + 1));
  writing.join();
}

/// Chunks of which one in a hundred holds a 5xx.
std::string capture_with_rare_errors() {
  std::vector<SampleExchange> samples;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    auto each = sample_exchange(i, 1500);
    each.view.has_response = true;
    each.view.response.status = i % 600 == 300 ? 503 : 200;
    samples.push_back(std::move(each));
  }
  return capture_of(samples, std::size_t{16} << 10);
}

ReadBack read_errors(const std::string& path, std::uint64_t& bytes_read) {
  const std::vector<std::string> terms{"status=5xx"};
  auto reader = Reader::open(path, *Filter::parse(terms));
  while (reader->next() != nullptr) {
  }
  bytes_read = reader->bytes_read();
  ReadBack back;
  back.damage = reader->damage();
  back.totals = reader->totals();
  back.sealed = reader->sealed();
  return back;
}

TEST_F(Sources, OfASealedFileAFilterReadsTheIndexAndTheChunksThatItWants) {
  const auto bytes = capture_with_rare_errors();
  write_file(path("sealed"), bytes);
  std::uint64_t wanted = 0;
  std::uint64_t header_bytes = 0;
  FrameScanner scanner(make_memory_source(bytes), FrameScanner::Content::headers_only);
  ASSERT_TRUE(scanner.begin("sealed").has_value());
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    if (event == ScanEvent::chunk && scanner.chunk().status_class[5] != 0)
      wanted += scanner.chunk().stored_bytes + scanner.chunk().header_bytes;
    if (event == ScanEvent::chunk) header_bytes += ByteSource::kPeekBytes;
  }
  std::uint64_t read = 0;
  const auto back = read_errors(path("sealed"), read);
  EXPECT_EQ(back.totals.exchanges, 5U);
  EXPECT_EQ(back.totals.chunks, 5U);
  EXPECT_EQ(back.damage.incidents, 0U);
  EXPECT_TRUE(back.sealed);
  constexpr std::uint64_t kFileHeaderAndEnd = 8 * 1024;
  EXPECT_LT(read, wanted + header_bytes / 10 + kFileHeaderAndEnd);

  // Without its summary the chunk headers tell the same.
  write_file(path("open"), bytes.substr(0, bytes.size() - 1));
  const auto by_headers = read_errors(path("open"), read);
  EXPECT_EQ(by_headers.totals.exchanges, 5U);
  // Of several files in one each has its own.
  write_file(path("both"), bytes + capture_of_samples(0, 20) + bytes);
  EXPECT_EQ(read_errors(path("both"), read).totals.exchanges, 11U);
}

TEST_F(Sources, AChunkBehindADamagedUnwantedOneIsFound) {
  const auto bytes = capture_with_rare_errors();
  const auto places = chunk_places(bytes);
  std::uint64_t read = 0;
  for (std::size_t i = 0; i + 1 < places.size(); i += 37) {
    // Shorter than its header says: where it should end, the next header has begun already.
    auto damaged = bytes.substr(0, bytes.size() - 1);
    damaged.erase(places[i].data + 10, 700);
    write_file(path("damaged"), damaged);
    const auto back = read_errors(path("damaged"), read);
    EXPECT_GE(back.totals.exchanges, 4U) << "chunk " << i;
    EXPECT_NE(back.damage.incidents, 0U);
  }
}

TEST_F(Sources, FollowingADirectoryGoesOnWithTheFilesThatCome) {
  const auto first = capture_of_samples(0, 30);
  const auto cut = chunk_places(first)[1].end;
  write_file(path("s-1.ucap.zst"), capture_of_samples(900, 5));
  write_file(path("s-2.ucap.zst.part"), first.substr(0, cut));
  std::string out;
  std::thread following([&] {
    out = run_capture({"cat", "--json", "--follow", "--limit", "60", directory_.path().string()}).out;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  std::ofstream(path("s-2.ucap.zst.part"), std::ios::binary | std::ios::app) << first.substr(cut);
  std::filesystem::rename(path("s-2.ucap.zst.part"), path("s-2.ucap.zst"));
  write_file(path("s-3.ucap.zst.part"), capture_of_samples(100, 30).substr(0, 100));
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  write_file(path("s-3.ucap.zst.part"), capture_of_samples(100, 30));
  following.join();
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 60);
  EXPECT_NE(out.find("\"id\":130,"), std::string::npos);
  EXPECT_EQ(out.find("\"id\":901,"), std::string::npos) << "what was sealed before is not followed";
}

}  // namespace
}  // namespace understudy::capture::testing
