#include "capture-format/reader/chunk_feed.hpp"

#include <algorithm>
#include <utility>

namespace understudy::capture {

void ChunkFeed::select(const Filter& filter) {
  beginning_.emplace(filter);
  scanner_->select(
      [filter](const ChunkHeader& chunk) { return filter.may_match(chunk); },
      [this](ByteSource& source, std::uint64_t data_at, const ChunkHeader& chunk,
             const StoredPieces& pieces) { return beginning_->read(source, data_at, chunk, pieces); });
}

ChunkStep& ChunkFeed::next() {
  if (!ahead_ && threads_pay())
    ahead_ =
        std::make_unique<OrderedWork<ChunkStep>>(options_.threads, [](ChunkStep& step) { step.decode(); });
  if (!ahead_) return next_frame();
  read_ahead();
  if (ahead_->size() == 0) return *current_;  // the end, once more
  recycle();
  current_ = ahead_->pop();
  bytes_ahead_ -= current_->bytes();
  return *current_;
}

ChunkStep& ChunkFeed::next_frame() {
  recycle();
  current_ = scan();
  current_->decode();
  return *current_;
}

/// Of a pipe what has come must not wait for what has not, and a small file is read before a thread runs.
bool ChunkFeed::threads_pay() const {
  if (options_.threads <= 1 || !scanner_->is_seekable()) return false;
  const auto left = scanner_->size() - std::min(scanner_->size(), scanner_->position());
  return left > options_.threads_from_bytes;
}

void ChunkFeed::read_ahead() {
  while (!at_end_ && ahead_->size() < steps_wanted_ &&
         (ahead_->size() == 0 || bytes_ahead_ < options_.read_ahead_bytes)) {
    auto step = scan();
    at_end_ = step->event == ScanEvent::end;
    bytes_ahead_ += step->bytes();
    ahead_->push(std::move(step));
  }
  steps_wanted_ = std::min(2 * steps_wanted_, kStepsMax);
}

std::unique_ptr<ChunkStep> ChunkFeed::scan() {
  std::unique_ptr<ChunkStep> step;
  if (spare_.empty()) {
    step = std::make_unique<ChunkStep>();
  } else {
    step = std::move(spare_.back());
    spare_.pop_back();
  }
  step->event = scanner_->next();
  step->damage = scanner_->take_damage();
  step->position = scanner_->position();
  step->sealed = scanner_->sealed();
  step->file = scanner_->shared_file();
  if (step->event == ScanEvent::chunk) {
    step->chunk = scanner_->chunk();
    step->chunk_offset = scanner_->chunk_offset();
    step->is_beginning = scanner_->is_beginning();
    if (step->is_beginning)
      beginning_->swap_raw(step->beginning);
    else
      scanner_->swap_stored(step->stored);
  }
  return step;
}

void ChunkFeed::recycle() {
  if (current_ && spare_.size() < kStepsMax) spare_.push_back(std::move(current_));
}

}  // namespace understudy::capture
