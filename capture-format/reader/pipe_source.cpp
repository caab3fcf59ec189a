#include "capture-format/reader/pipe_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace understudy::capture {
namespace {

/// Waits first, so that a named pipe may get its writer later.
ssize_t read_pipe(int descriptor, char* bytes, std::size_t count) {
  while (true) {
    pollfd ready{descriptor, POLLIN, 0};
    if (poll(&ready, 1, -1) < 0) return -1;
    const auto got = read(descriptor, bytes, count);
    if (got >= 0 || (errno != EAGAIN && errno != EINTR)) return got;
  }
}

}  // namespace

PipeSource::~PipeSource() { close(descriptor_); }

void PipeSource::release_before(std::uint64_t offset) {
  while (!blocks_.empty() && first_ + kBlockBytes <= std::min(offset, size())) {
    blocks_.pop_front();
    first_ += kBlockBytes;
  }
}

bool PipeSource::do_reach(std::uint64_t end) {
  while (size() < end && !ended_ && end - first_ <= kPipeWindowBytesMax)
    if (!read_more()) ended_ = true;
  return size() >= end;
}

bool PipeSource::read_more() {
  const auto in_window = size() - first_;
  if (in_window == blocks_.size() * kBlockBytes)
    blocks_.push_back(std::unique_ptr<char[]>(new char[kBlockBytes]));
  const auto used = static_cast<std::size_t>(in_window % kBlockBytes);
  const auto got = read_pipe(descriptor_, blocks_.back().get() + used, kBlockBytes - used);
  if (got <= 0) return false;
  set_size(size() + static_cast<std::uint64_t>(got));
  return true;
}

std::size_t PipeSource::do_read_at(std::uint64_t offset, char* out, std::size_t count) {
  if (offset < first_) return 0;
  // As much as there is, where it ends before: of a request beyond the window nothing more is kept.
  if (!reaches(offset + count)) {
    if (offset >= size()) return 0;
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, size() - offset));
  }
  for (std::size_t done = 0; done < count;) {
    const auto at = static_cast<std::size_t>(offset + done - first_);
    const auto piece = std::min(count - done, kBlockBytes - at % kBlockBytes);
    std::memcpy(out + done, blocks_[at / kBlockBytes].get() + at % kBlockBytes, piece);
    done += piece;
  }
  return count;
}

}  // namespace understudy::capture
