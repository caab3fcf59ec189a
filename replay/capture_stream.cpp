#include "replay/capture_stream.hpp"

#include "capture-format/merge/merge_reader.hpp"
#include "core/base/content_hash.hpp"

#include <algorithm>
#include <utility>

namespace understudy::replay {

struct CaptureStream::Impl {
  explicit Impl(capture::MergeReader opened) : reader(std::move(opened)) {
    for (const auto& source : reader.sources()) {
      recorders.push_back(content_hash(source.info.service + '\n' + source.info.host));
      auto& summary = summaries.emplace_back();
      summary.path = source.path;
      summary.info = source.info;
    }
  }

  /// What only the end of the stream knows.
  void finish() {
    for (std::size_t i = 0; i < summaries.size(); ++i) {
      const auto& source = reader.sources()[i];
      auto& summary = summaries[i];
      summary.info = source.info;
      summary.damage = source.damage;
      summary.gaps = source.gaps;
      summary.sealed = source.sealed;
    }
  }

  capture::MergeReader reader;
  std::vector<CaptureSummary> summaries;
  std::vector<std::uint64_t> recorders;  ///< connection numbers mean something within one of them
  std::uint64_t last_given_ns = 0;
  std::uint64_t out_of_order = 0;
};

CaptureStream::CaptureStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaptureStream::CaptureStream(CaptureStream&&) noexcept = default;
CaptureStream::~CaptureStream() = default;

Outcome<CaptureStream> CaptureStream::open(const std::vector<std::filesystem::path>& paths,
                                           const capture::KeyRingPtr& keys, std::size_t memory_bytes) {
  capture::MergeOptions options;
  options.keys = keys;
  options.memory_bytes = memory_bytes;
  auto reader = capture::MergeReader::open(paths, std::move(options));
  if (!reader) return reader.error();
  return CaptureStream(std::make_unique<Impl>(std::move(*reader)));
}

std::optional<RecordedExchange> CaptureStream::next() {
  auto& impl = *impl_;
  const auto view = impl.reader.next();
  if (!view || *view == nullptr) {
    impl.finish();
    // The disk that the captures are sorted on has failed: what has not come is a loss that the summary
    // shows.
    if (!view && !impl.summaries.empty()) {
      auto& damage = impl.summaries.front().damage;
      ++damage.incidents;
      ++damage.chunks_lost;
      damage.notes.push_back(view.error().message);
    }
    return std::nullopt;
  }
  const auto source = impl.reader.source();
  ++impl.summaries[source].exchanges;
  auto exchange = to_recorded(**view, impl.recorders[source]);
  if (exchange.start_ns < impl.last_given_ns) ++impl.out_of_order;
  impl.last_given_ns = std::max(impl.last_given_ns, exchange.start_ns);
  return exchange;
}

const std::vector<CaptureSummary>& CaptureStream::captures() const noexcept { return impl_->summaries; }
std::uint64_t CaptureStream::out_of_order() const noexcept { return impl_->out_of_order; }

}  // namespace understudy::replay
