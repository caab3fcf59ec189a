#include "capture-format/layout/wire.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "capture-format/writer/chunk_builder.hpp"
#include "capture-format/writer/chunk_compressor.hpp"
#include "capture-format/writer/overload_ladder.hpp"
#include "capture-format/writer/raw_frame.hpp"
#include "tests/unit/capture-format/recorders.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <zstd.h>

namespace understudy::capture::testing {
namespace {

TEST(OverloadLadder, GoesUpAsFarAsTheQueueIsFull) {
  OverloadLadder ladder(16);
  EXPECT_EQ(ladder.move(3), Rung::ordinary);
  EXPECT_EQ(ladder.move(4), Rung::fast);
  EXPECT_EQ(ladder.move(7), Rung::fastest);
  EXPECT_EQ(ladder.move(9), Rung::raw);
  EXPECT_EQ(ladder.move(12), Rung::heads_only);
  OverloadLadder at_once(16);
  EXPECT_EQ(at_once.move(16), Rung::heads_only);
}

TEST(OverloadLadder, ComesDownOnlyWhenTheQueueIsClearlyShorter) {
  OverloadLadder ladder(16);
  ladder.move(12);
  EXPECT_EQ(ladder.move(10), Rung::heads_only);
  EXPECT_EQ(ladder.move(9), Rung::raw);
  EXPECT_EQ(ladder.move(7), Rung::raw);
  EXPECT_EQ(ladder.move(6), Rung::fastest);
  EXPECT_EQ(ladder.move(4), Rung::fastest);
  EXPECT_EQ(ladder.move(3), Rung::fast);
  EXPECT_EQ(ladder.move(2), Rung::fast);
  EXPECT_EQ(ladder.move(1), Rung::ordinary);
}

std::string decompressed(std::string_view frame, std::size_t size) {
  std::string text(size, '\0');
  const auto got = ZSTD_decompress(text.data(), text.size(), frame.data(), frame.size());
  return got == size ? text : ZSTD_getErrorName(got);
}

TEST(RawFrame, IsALegalZstdFrameOfAnySize) {
  for (const std::size_t size : {0, 1, 255, 131'071, 131'072, 131'073, 1'000'000}) {
    std::string content(size, 'x');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31);
    std::string frame(raw_frame_bound(size), '\0');
    frame.resize(write_raw_frame(content, frame.data()));
    EXPECT_EQ(decompressed(frame, size), content) << size;
    EXPECT_EQ(ZSTD_getFrameContentSize(frame.data(), frame.size()), size);
    frame.back() = static_cast<char>(frame.back() ^ 1);
    EXPECT_NE(decompressed(frame, size), content) << "the checksum is not checked";
  }
}

std::string compressed(std::string_view raw, int level) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(raw.size()), '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), raw.data(), raw.size()));
  ZSTD_freeCCtx(context);
  return frame;
}

TEST(ChunkCompressor, LessEffortIsALowerLevelAndAtLastNoCompression) {
  std::string raw;
  for (int i = 0; i < 20'000; ++i) raw += "/items/" + std::to_string(i * 7919 % 5000) + ",";
  ChunkCompressor compressor(4);
  const std::vector<std::pair<Effort, int>> levels{
      {Effort::ordinary, 4}, {Effort::fast, 1}, {Effort::fastest, -1}};
  for (const auto& [effort, level] : levels) {
    ChunkHeader header;
    const auto stored = compressor.compress(raw, header, effort);
    ASSERT_TRUE(stored.has_value());
    EXPECT_EQ(*stored, compressed(raw, level)) << level;
    EXPECT_EQ(header.flags & kRaw, 0);
  }
  ChunkHeader header;
  const auto stored = compressor.compress(raw, header, Effort::none);
  ASSERT_TRUE(stored.has_value());
  EXPECT_NE(header.flags & kRaw, 0);
  EXPECT_EQ(decompressed(*stored, raw.size()), raw);
  EXPECT_GT(stored->size(), raw.size());
  EXPECT_EQ(header.stored_bytes, stored->size());
}

TEST(ChunkCompressor, TheUsualLevelHasTablesOfItsOwnAndTheNextChunkIsNotTouchedByThem) {
  const auto raw = std::string(300'000, 'x') + "tail";
  ChunkCompressor compressor(3);
  ChunkHeader header;
  EXPECT_EQ(decompressed(*compressor.compress(raw, header), raw.size()), raw);
  EXPECT_EQ(*compressor.compress(raw, header, Effort::fast), compressed(raw, 1));
}

TEST(ChunkBuilder, AnExchangeThatDoesNotFitLeavesTheChunkAsItWas) {
  ChunkBuilder whole(1 << 20);
  std::vector<SampleExchange> samples;
  for (std::uint64_t i = 0; i < 8; ++i) {
    samples.push_back(sample_exchange(i, 100));
    ASSERT_TRUE(whole.append(samples.back().view));
  }
  for (std::size_t wanted = 64; wanted < whole.raw().size() + 4'096; wanted += 7) {
    ChunkBuilder chunk(wanted);
    std::size_t appended = 0;
    for (; appended < samples.size() && chunk.append(samples[appended].view); ++appended) continue;
    EXPECT_EQ(chunk.header().exchanges, appended);
    EXPECT_LE(chunk.raw().size(), chunk.capacity());
    EXPECT_EQ(chunk.raw(), whole.raw().substr(0, chunk.raw().size()));
    if (appended == samples.size()) continue;
    const auto needed = ChunkBuilder::needed(encoded_size_bound(samples[appended].view));
    EXPECT_GT(needed, chunk.room()) << "what is promised to fit has not";
  }
}

TEST(ChunkCompressor, ARecorderThatWantsLessThanLevelOneKeepsItsLevel) {
  const std::string raw(100'000, 'x');
  ChunkCompressor compressor(-5);
  ChunkHeader header;
  EXPECT_EQ(*compressor.compress(raw, header, Effort::fast), compressed(raw, -5));
}

TEST(ChunkBuilder, HeadsOnlyKeepsTrueLengthsAndSaysWhy) {
  auto sample = sample_exchange(1, 5'000);
  sample.view.request.body = {};
  sample.view.request.body_length = 0;
  sample.view.request.truncation = Truncation::none;
  sample.view.response.truncation = Truncation::none;
  sample.view.response.body_length = 5'000;
  ChunkBuilder chunk(64 * 1024);
  chunk.append(sample.view, Bodies::leave_out);
  EXPECT_LT(chunk.raw().size(), 5'000u);
  EXPECT_NE(chunk.header().flags & kHasTruncation, 0);
  ExchangeView view;
  Gap gap;
  wire::Reader records(chunk.raw());
  while (records.next()) decode_record(records.bytes(), view, gap);
  EXPECT_TRUE(view.response.body.empty());
  EXPECT_EQ(view.response.body_length, 5'000u);
  EXPECT_EQ(view.response.body_hash, 0u);
  EXPECT_EQ(view.response.truncation, Truncation::memory);
  EXPECT_EQ(view.request.truncation, Truncation::none) << "it had no body to leave out";
  EXPECT_EQ(view.response.headers.size(), sample.view.response.headers.size());
}

/// Appends until the recorder is at `rung`; how often it took.
std::uint64_t append_until(Recorder& recorder, Rung rung) {
  std::uint64_t appended = 0;
  while (recorder.stats().rung != rung && appended < 10'000) {
    recorder.append(sample_exchange(appended, 1'000).view);
    ++appended;
  }
  return appended;
}

TEST(Recorder, EveryRungComesInItsOrderWhileTheDiskIsHeldBack) {
  const TemporaryDirectory directory;
  const auto options = small_chunks(directory);
  Gate gate;
  auto recorder = Recorder::open(options, [&gate] { gate.pass(); });
  ASSERT_TRUE(recorder.has_value());
  std::vector<Rung> rungs{Rung::ordinary};
  std::uint64_t appended = 0;
  std::uint64_t accepted = 0;
  while (rungs.back() != Rung::drop && appended < 10'000) {
    accepted += (*recorder)->append(sample_exchange(appended++, 1'000).view) ? 1 : 0;
    const auto rung = (*recorder)->stats().rung;
    if (rung != rungs.back()) rungs.push_back(rung);
  }
  EXPECT_EQ(rungs, (std::vector<Rung>{Rung::ordinary, Rung::fast, Rung::fastest, Rung::raw, Rung::heads_only,
                                      Rung::drop}));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE((*recorder)->append(sample_exchange(appended++).view));
  const auto full = (*recorder)->stats();
  EXPECT_EQ(full.exchanges_recorded, accepted);
  EXPECT_EQ(full.exchanges_dropped, appended - accepted);
  EXPECT_GT(full.exchanges_without_bodies, 0u);

  gate.open();
  ASSERT_TRUE(eventually([&] {
    (*recorder)->tick();
    return (*recorder)->stats().rung == Rung::ordinary;
  }));
  EXPECT_TRUE((*recorder)->append(sample_exchange(appended++).view));
  recorder->reset();
  const auto recorded = read_directory(options.directory);
  EXPECT_EQ(recorded.exchanges + recorded.gap.exchanges, appended);
  EXPECT_EQ(recorded.gap.exchanges, full.exchanges_dropped);
  EXPECT_EQ(recorded.gap.by_reason[static_cast<std::size_t>(GapReason::no_buffer)], full.exchanges_dropped);
}

TEST(Recorder, DegradedChunksAreCountedByTheirRung) {
  for (const auto rung : {Rung::fast, Rung::fastest, Rung::raw}) {
    const TemporaryDirectory directory;
    Gate gate;
    auto recorder = Recorder::open(small_chunks(directory), [&gate] { gate.pass(); });
    ASSERT_TRUE(recorder.has_value());
    append_until(**recorder, rung);
    gate.open();
    const auto counted = [&] {
      const auto stats = (*recorder)->stats();
      return rung == Rung::fast      ? stats.chunks_fast
             : rung == Rung::fastest ? stats.chunks_fastest
                                     : stats.chunks_raw;
    };
    // Nobody has moved on the ladder since: all that was in flight is written at that rung.
    EXPECT_TRUE(eventually([&] { return counted() >= 4; })) << counted();
    EXPECT_EQ((*recorder)->stats().chunks, counted());
  }
}

}  // namespace
}  // namespace understudy::capture::testing
