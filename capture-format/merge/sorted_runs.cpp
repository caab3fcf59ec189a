#include "capture-format/merge/sorted_runs.hpp"

#include "capture-format/crypto/gcm.hpp"
#include "capture-format/layout/wire.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <zstd.h>

namespace understudy::capture {
namespace {

/// What is written is soon read and then gone.
constexpr int kRunLevel = 1;
/// start, source, length
constexpr std::size_t kEntryHeadBytes = 16;
/// raw length, stored length, number
constexpr std::size_t kRunBlockHeadBytes = 16;

/// No number comes twice under one key.
GcmNonce nonce_of(std::uint64_t number) {
  GcmNonce nonce{};
  wire::store(reinterpret_cast<char*>(nonce.data()), number);
  return nonce;
}

}  // namespace

struct SortedRuns::Block {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  std::unique_ptr<char[]> raw;
  std::size_t capacity = 0;
  std::size_t used = 0;
  ChunkBytes stored;
  ChunkBytes sealed;
  std::uint64_t number = 0;
  std::string_view out;  ///< after `compress`; empty when it failed

  Block() {
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, kRunLevel);
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() { ZSTD_freeCCtx(zstd); }

  void compress(const SecretKey* key) {
    out = {};
    const auto bound = ZSTD_compressBound(used);
    char* at = stored.resize(kRunBlockHeadBytes + bound);
    auto size = ZSTD_compress2(zstd, at + kRunBlockHeadBytes, bound, raw.get(), used);
    if (ZSTD_isError(size) != 0) return;
    if (key != nullptr) {
      const std::string_view plain(at + kRunBlockHeadBytes, size);
      at = sealed.resize(kRunBlockHeadBytes + size + kGcmTagBytes);
      if (!gcm_seal(*key, nonce_of(number), {}, plain, at + kRunBlockHeadBytes)) return;
      size += kGcmTagBytes;
    }
    wire::store(at, static_cast<std::uint32_t>(used));
    wire::store(at + 4, static_cast<std::uint32_t>(size));
    wire::store(at + 8, number);
    out = {at, kRunBlockHeadBytes + size};
  }
};

struct SortedRuns::Decompression {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
  ChunkBytes stored;
  ChunkBytes opened;

  Decompression() = default;
  Decompression(const Decompression&) = delete;
  Decompression& operator=(const Decompression&) = delete;
  ~Decompression() { ZSTD_freeDCtx(zstd); }
};

SortedRuns::SortedRuns(unsigned threads, bool encrypted)
    : key_(encrypted ? SecretKey::random() : std::nullopt),
      is_encrypted_(encrypted),
      decompression_(std::make_unique<Decompression>()),
      compressing_(threads, [this](Block& block) { block.compress(key_ ? &*key_ : nullptr); }) {}

SortedRuns::~SortedRuns() = default;

Outcome<> SortedRuns::open(const std::filesystem::path& directory) {
  if (is_encrypted_ && !key_) return Failure{"the operating system gives no random bytes for a key"};
  return file_.create(directory);
}

std::unique_ptr<SortedRuns::Block> SortedRuns::fresh_block(std::size_t bytes) {
  auto block = spare_ ? std::move(spare_) : std::make_unique<Block>();
  if (block->capacity < bytes) {
    block->raw.reset(new char[bytes]);
    block->capacity = bytes;
  }
  block->used = 0;
  return block;
}

Outcome<> SortedRuns::append(const RunEntry& entry) {
  const auto bytes = kEntryHeadBytes + entry.record.size();
  if (filling_ && filling_->capacity - filling_->used < bytes)
    if (auto pushed = push_block(); !pushed) return pushed;
  if (!filling_) filling_ = fresh_block(std::max(kBlockBytes, bytes));
  char* const at = filling_->raw.get() + filling_->used;
  wire::store(at, entry.start_ns);
  wire::store(at + 8, entry.source);
  wire::store(at + 12, static_cast<std::uint32_t>(entry.record.size()));
  std::memcpy(at + kEntryHeadBytes, entry.record.data(), entry.record.size());
  filling_->used += bytes;
  return {};
}

Outcome<> SortedRuns::push_block() {
  largest_block_ = std::max(largest_block_, filling_->used);
  filling_->number = next_number_++;
  compressing_.push(std::move(filling_));
  if (compressing_.size() >= kBlocksInFlight) return write_one();
  return {};
}

Outcome<> SortedRuns::write_one() {
  auto block = compressing_.pop();
  if (block->out.empty()) return Failure{"a block of a temporary file cannot be compressed or encrypted"};
  auto written = file_.append(block->out);
  // Blocks of a single large record are not kept.
  if (block->capacity <= kBlockBytes) spare_ = std::move(block);
  return written;
}

Outcome<SortedRuns::Run> SortedRuns::end_run() {
  if (filling_ && filling_->used != 0)
    if (auto pushed = push_block(); !pushed) return pushed.error();
  while (compressing_.size() != 0)
    if (auto written = write_one(); !written) return written.error();
  const Run run{run_begin_, file_.size(), std::exchange(largest_block_, 0)};
  run_begin_ = run.end;
  return run;
}

Outcome<std::string_view> SortedRuns::read_block(std::uint64_t& at, ChunkBytes& into) {
  std::array<char, kRunBlockHeadBytes> head;
  if (auto read = file_.read_at(at, head.data(), head.size()); !read) return read.error();
  const auto raw_bytes = wire::load<std::uint32_t>(head.data());
  const auto stored_bytes = wire::load<std::uint32_t>(head.data() + 4);
  char* const stored = decompression_->stored.resize(stored_bytes);
  if (auto read = file_.read_at(at + head.size(), stored, stored_bytes); !read) return read.error();
  std::string_view frame(stored, stored_bytes);
  if (key_) {
    const auto nonce = nonce_of(wire::load<std::uint64_t>(head.data() + 8));
    char* const opened = decompression_->opened.resize(stored_bytes);
    const bool authentic = stored_bytes >= kGcmTagBytes && gcm_open(*key_, nonce, {}, frame, opened);
    frame = authentic ? std::string_view(opened, stored_bytes - kGcmTagBytes) : std::string_view();
  }
  char* const raw = into.resize(raw_bytes);
  if (ZSTD_decompressDCtx(decompression_->zstd, raw, raw_bytes, frame.data(), frame.size()) != raw_bytes)
    return Failure{"a temporary file was damaged while it was used"};
  at += head.size() + stored_bytes;
  return into.view();
}

Outcome<bool> SortedRuns::Cursor::next() {
  if (left_.empty()) {
    if (at_ == end_) return false;
    auto block = runs_->read_block(at_, block_);
    if (!block) return block.error();
    left_ = *block;
  }
  entry_.start_ns = wire::load<std::uint64_t>(left_.data());
  entry_.source = wire::load<std::uint32_t>(left_.data() + 8);
  const auto size = wire::load<std::uint32_t>(left_.data() + 12);
  entry_.record = left_.substr(kEntryHeadBytes, size);
  left_.remove_prefix(kEntryHeadBytes + size);
  return true;
}

}  // namespace understudy::capture
