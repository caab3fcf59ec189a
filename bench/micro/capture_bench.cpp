// The recorder's hot path against a plain copy of the same bytes: the target is 0.85 of memcpy's speed. With
// UNDERSTUDY_CAPTURE naming a capture also over its exchanges; scripts/bench capture makes one of recorded
// traffic.
#include "capture-format/reader.hpp"
#include "capture-format/writer/chunk_builder.hpp"
#include "capture-format/writer/chunk_compressor.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace understudy::capture {
namespace {

// As in RecorderOptions.
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
constexpr std::size_t kChunksInFlight = 16;

/// Twenty fields a side and a JSON body, as API traffic has them; enough distinct ones to miss the caches.
struct Traffic {
  std::vector<std::string> texts;
  std::vector<ExchangeView> exchanges;

  explicit Traffic(std::size_t body_bytes) {
    std::mt19937_64 random(1);
    texts.reserve(512);
    for (std::uint64_t i = 0; i < 256; ++i) {
      std::string body(body_bytes, ' ');
      for (char& c : body) c = static_cast<char>('a' + random() % 26);
      texts.push_back(std::move(body));
      texts.push_back("/repos/owner-" + std::to_string(i % 40) + "/name/issues/" + std::to_string(i));
      ExchangeView view;
      view.start_ns = i;
      view.id = i;
      view.connection_id = i / 3;
      view.request.method = "GET";
      view.request.target = texts.back();
      view.request.authority = "api.example.com";
      view.has_response = true;
      view.response.status = 200;
      view.response.reason = "OK";
      view.response.body = texts[texts.size() - 2];
      view.response.body_length = body_bytes;
      for (int header = 0; header < 20; ++header)
        view.response.headers.push_back({"X-Header-Name", "some value of an ordinary length, 44 bytes"});
      for (int header = 0; header < 5; ++header)
        view.request.headers.push_back({"Accept", "application/json"});
      exchanges.push_back(std::move(view));
    }
  }
};

/// The exchanges of a capture with bytes of their own: heads in one piece, each body in one, as the scrubber
/// gives them.
class Recorded {
 public:
  static const Recorded& of_environment() {
    static const Recorded recorded(std::getenv("UNDERSTUDY_CAPTURE"));
    return recorded;
  }
  const std::vector<ExchangeView>& exchanges() const { return exchanges_; }

 private:
  explicit Recorded(const char* path) {
    if (path == nullptr) return;
    auto reader = Reader::open(path);
    if (!reader) return;
    while (const auto* exchange = reader->next()) exchanges_.push_back(owned(*exchange));
  }

  std::string_view kept(std::string_view text) {
    if (text.size() > piece_room_) {
      piece_room_ = std::max<std::size_t>(text.size(), std::size_t{1} << 20);
      piece_ = pieces_.emplace_back(new char[piece_room_]).get();
    }
    char* const at = piece_;
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    piece_ += text.size();
    piece_room_ -= text.size();
    return {at, text.size()};
  }

  void own(MessageView& message) {
    for (auto* text : {&message.method, &message.target, &message.authority, &message.reason})
      *text = kept(*text);
    for (auto* fields : {&message.headers, &message.trailers})
      for (auto& [name, value] : *fields) {
        name = kept(name);
        value = kept(value);
      }
    message.body = kept(message.body);
  }

  ExchangeView owned(ExchangeView view) {
    own(view.request);
    own(view.response);
    for (auto& hit : view.scrub.hits) hit.rule = kept(hit.rule);
    for (auto& mirror : view.mirrors) mirror = {mirror.outcome, kept(mirror.reason), kept(mirror.target)};
    for (auto& extension : view.extensions) extension = {kept(extension.key), kept(extension.value)};
    view.trace_id = kept(view.trace_id);
    view.span_id = kept(view.span_id);
    return view;
  }

  std::vector<std::unique_ptr<char[]>> pieces_;
  char* piece_ = nullptr;
  std::size_t piece_room_ = 0;
  std::vector<ExchangeView> exchanges_;
};

bool skipped(benchmark::State& state, const std::vector<ExchangeView>& exchanges) {
  if (exchanges.empty()) state.SkipWithError("UNDERSTUDY_CAPTURE names no capture: not measured");
  return exchanges.empty();
}

/// The recorder's chunks: a full one goes to the disk thread, and comes back when all others have been
/// filled, so no chunk is in the caches when its turn comes.
class Chunks {
 public:
  Chunks() {
    for (std::size_t i = 0; i < kChunksInFlight; ++i)
      chunks_.push_back(std::make_unique<ChunkBuilder>(kChunkBytes));
  }

  void append(const ExchangeView& exchange) {
    while (!chunks_[turn_]->append(exchange)) {
      seal();
      chunks_[turn_]->grow(ChunkBuilder::needed(encoded_size_bound(exchange)));
    }
    if (chunks_[turn_]->full()) seal();
  }

  std::size_t bytes() const { return sealed_bytes_ + chunks_[turn_]->raw().size(); }

 private:
  void seal() {
    sealed_bytes_ += chunks_[turn_]->raw().size();
    chunks_[turn_]->clear();
    turn_ = (turn_ + 1) % kChunksInFlight;
  }

  std::vector<std::unique_ptr<ChunkBuilder>> chunks_;
  std::size_t turn_ = 0;
  std::size_t sealed_bytes_ = 0;
};

/// The clock is read once for so many exchanges.
constexpr std::size_t kBatch = 64;

/// Of this thread: others on the machine do not count.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// The time of `work(at)` for batch after batch of all exchanges, `prepare(first, count)` before each not
/// counted.
template <class Prepare, class Work>
void in_batches(benchmark::State& state, std::size_t exchanges, Prepare&& prepare, Work&& work) {
  std::size_t at = 0;
  std::int64_t done = 0;
  for (auto _ : state) {
    const auto count = std::min(kBatch, exchanges - at);
    prepare(at, count);
    const auto begin = cpu_seconds();
    for (std::size_t i = 0; i < count; ++i) work(at + i, i);
    state.SetIterationTime(cpu_seconds() - begin);
    done += static_cast<std::int64_t>(count);
    at = at + count == exchanges ? 0 : at + count;
  }
  state.SetItemsProcessed(done);
}

/// The views lie in the cache, as the sink leaves them, which makes one just before; their texts lie where
/// they are.
void encode_in_turn(benchmark::State& state, const std::vector<ExchangeView>& exchanges) {
  Chunks chunks;
  std::vector<ExchangeView> views(kBatch);
  const auto prepare = [&](std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) views[i] = exchanges[first + i];
  };
  in_batches(state, exchanges.size(), prepare, [&](std::size_t, std::size_t i) { chunks.append(views[i]); });
  state.SetBytesProcessed(static_cast<std::int64_t>(chunks.bytes()));
}

void BM_Encode(benchmark::State& state) {
  const Traffic traffic(static_cast<std::size_t>(state.range(0)));
  encode_in_turn(state, traffic.exchanges);
}
BENCHMARK(BM_Encode)->Arg(0)->Arg(7'000)->UseManualTime();

void BM_EncodeRecorded(benchmark::State& state) {
  const auto& exchanges = Recorded::of_environment().exchanges();
  if (!skipped(state, exchanges)) encode_in_turn(state, exchanges);
}
BENCHMARK(BM_EncodeRecorded)->UseManualTime();

/// Copies exchanges that lie encoded elsewhere into as much memory in turn as the recorder's chunks have.
void copy_in_turn(benchmark::State& state, const std::vector<ExchangeView>& exchanges) {
  std::vector<std::string> encoded;
  std::size_t largest = 0;
  for (const auto& exchange : exchanges) {
    std::string bytes(encoded_size_bound(exchange), '\0');
    wire::Writer out(bytes.data());
    encode_exchange(out, exchange);
    bytes.resize(static_cast<std::size_t>(out.position() - bytes.data()));
    bytes.shrink_to_fit();
    largest = std::max(largest, bytes.size());
    encoded.push_back(std::move(bytes));
  }
  const auto room = std::max(kChunksInFlight * kChunkBytes, largest);
  const std::unique_ptr<char[]> chunks(new char[room]);
  std::size_t used = 0;
  std::size_t bytes = 0;
  const auto copy = [&](std::size_t at, std::size_t) {
    const auto& source = encoded[at];
    if (used + source.size() > room) used = 0;
    std::memcpy(chunks.get() + used, source.data(), source.size());
    used += source.size();
    bytes += source.size();
    benchmark::ClobberMemory();
  };
  in_batches(state, encoded.size(), [](std::size_t, std::size_t) {}, copy);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

void BM_Memcpy(benchmark::State& state) {
  const Traffic traffic(static_cast<std::size_t>(state.range(0)));
  copy_in_turn(state, traffic.exchanges);
}
BENCHMARK(BM_Memcpy)->Arg(0)->Arg(7'000)->UseManualTime();

void BM_MemcpyRecorded(benchmark::State& state) {
  const auto& exchanges = Recorded::of_environment().exchanges();
  if (!skipped(state, exchanges)) copy_in_turn(state, exchanges);
}
BENCHMARK(BM_MemcpyRecorded)->UseManualTime();

/// All of a capture from exchanges to stored chunks, by one thread: what recording costs without the disk.
void BM_EncodeAndCompressRecorded(benchmark::State& state) {
  const auto& exchanges = Recorded::of_environment().exchanges();
  if (skipped(state, exchanges)) return;
  ChunkBuilder chunk(kChunkBytes);
  ChunkCompressor compressor(static_cast<int>(state.range(0)));
  std::size_t raw = 0;
  std::size_t stored = 0;
  const auto flush = [&] {
    chunk.complete();
    auto header = chunk.header();
    benchmark::DoNotOptimize(compressor.compress(chunk.raw(), header));
    raw += header.raw_bytes;
    stored += kChunkHeaderBytes + header.stored_bytes;
    chunk.clear();
  };
  for (auto _ : state) {
    for (const auto& exchange : exchanges) {
      if (!chunk.append(exchange)) {
        flush();
        chunk.grow(ChunkBuilder::needed(encoded_size_bound(exchange)));
        chunk.append(exchange);
      }
      if (chunk.full()) flush();
    }
    if (!chunk.empty()) flush();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(raw));
  state.counters["stored_bytes"] = static_cast<double>(stored) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_EncodeAndCompressRecorded)->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);

/// What the disk thread does with each chunk, without the disk.
void BM_CompressChunk(benchmark::State& state) {
  const Traffic traffic(1'000);
  ChunkBuilder chunk(kChunkBytes);
  for (std::size_t i = 0;; ++i) {
    const auto& exchange = traffic.exchanges[i % traffic.exchanges.size()];
    if (chunk.full() || !chunk.append(exchange)) break;
  }
  ChunkCompressor compressor(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    auto header = chunk.header();
    benchmark::DoNotOptimize(compressor.compress(chunk.raw(), header));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * chunk.raw().size()));
}
BENCHMARK(BM_CompressChunk)->Arg(1)->Arg(3);

}  // namespace
}  // namespace understudy::capture
