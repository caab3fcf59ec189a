// The comparison on pairs that differ in ids and timestamps, as replays meet them: bytes are those of both
// bodies.
#include "core/diff/noise_model.hpp"
#include "core/diff/response_diff.hpp"

#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace understudy::diff {
namespace {

http::Response page(int seed, std::size_t items) {
  http::Response out;
  out.head.status = 200;
  out.head.fields.add("Content-Type", "application/json; charset=utf-8");
  out.body = fmt::format(R"({{"request_id":"{:08x}-0000-4000-8000-000000000000","items":[)", seed);
  for (std::size_t i = 0; i < items; ++i) {
    out.body += fmt::format(
        R"({}{{"id":{},"name":"Compact kettle number {}","description":"Boils what you put into it, quietly.","price":{}.95,)"
        R"("updated_at":"2026-01-05T10:{:02d}:{:02d}Z","tags":["kitchen","steel","small"],"stock":{},"image":null}})",
        i ? "," : "", i, i, i * 3, seed % 60, i % 60, i % 17);
  }
  out.body += "]}";
  return out;
}

void CompareVarying(benchmark::State& state) {
  const auto items = static_cast<std::size_t>(state.range(0));
  const auto recorded = page(1, items);
  const auto replayed = page(2, items);
  for (auto _ : state) benchmark::DoNotOptimize(compare(recorded, replayed));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(recorded.body.size() + replayed.body.size()));
}
BENCHMARK(CompareVarying)->Arg(3)->Arg(30)->Arg(300)->Arg(3'000);

void CompareEqual(benchmark::State& state) {
  const auto recorded = page(1, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(compare(recorded, recorded));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(2 * recorded.body.size()));
}
BENCHMARK(CompareEqual)->Arg(30)->Arg(3'000);

}  // namespace
}  // namespace understudy::diff
