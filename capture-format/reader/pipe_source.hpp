// A pipe as a source of bytes: what was read and not released is kept in memory, up to a limit.
#pragma once

#include "capture-format/reader/byte_source.hpp"

#include <deque>
#include <memory>

namespace understudy::capture {

/// Reading waits for the writer of the pipe. A signal that ends a read is taken for the end of the pipe.
class PipeSource final : public ByteSource {
 public:
  /// Takes the descriptor over.
  explicit PipeSource(int descriptor) noexcept : ByteSource(0), descriptor_(descriptor) {}
  PipeSource(const PipeSource&) = delete;
  PipeSource& operator=(const PipeSource&) = delete;
  ~PipeSource() override;

  bool is_seekable() const noexcept override { return false; }
  void release_before(std::uint64_t offset) override;

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{256} << 10;

  std::size_t do_read_at(std::uint64_t offset, char* out, std::size_t count) override;
  bool do_reach(std::uint64_t end) override;
  /// One read more; false at the end.
  bool read_more();

  int descriptor_;
  std::uint64_t first_ = 0;  ///< offset of the first block, a multiple of kBlockBytes
  std::deque<std::unique_ptr<char[]>> blocks_;
  bool ended_ = false;
};

}  // namespace understudy::capture
