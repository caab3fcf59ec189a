#include "tests/unit/capture-format/encrypted_sample.hpp"

#include "capture-format/file_writer.hpp"
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/wire.hpp"
#include "core/base/crc32c.hpp"

#include <gtest/gtest.h>

namespace understudy::capture::testing {

KeyRingPtr sample_keys(const std::string& id) { return std::make_shared<KeyFile>(id, *SecretKey::random()); }

std::string encrypted_capture_of(const KeyRingPtr& keys, const std::vector<SampleExchange>& exchanges,
                                 std::size_t chunk_bytes) {
  const TemporaryDirectory directory;
  FileWriterOptions options;
  options.output = directory.path() / "sample.ucap.zst";
  options.chunk_bytes = chunk_bytes;
  options.keys = keys;
  auto writer = FileWriter::open(options);
  EXPECT_TRUE(writer.has_value()) << writer.error().message;
  for (const auto& exchange : exchanges) EXPECT_TRUE((*writer)->append(exchange.view).has_value());
  EXPECT_TRUE((*writer)->finish().has_value());
  return read_file(options.output);
}

std::string encrypted_samples(const KeyRingPtr& keys, std::uint64_t first, std::uint64_t count,
                              std::size_t chunk_bytes) {
  std::vector<SampleExchange> exchanges;
  for (std::uint64_t i = 0; i < count; ++i) exchanges.push_back(sample_exchange(first + i));
  return encrypted_capture_of(keys, exchanges, chunk_bytes);
}

ReadBack read_back_bytes(std::string bytes, const KeyRingPtr& keys) {
  ReaderOptions options;
  options.keys = keys;
  auto reader = Reader::from_bytes(std::move(bytes), options);
  return reader ? read_back(std::move(*reader)) : ReadBack{};
}

void write_key_file(const std::filesystem::path& path, std::string_view text) {
  write_file(path, text);
  std::filesystem::permissions(path,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

std::vector<std::size_t> frame_edges(const std::string& bytes) {
  std::vector<std::size_t> edges{0};
  for (const auto& place : chunk_places(bytes)) {
    edges.push_back(place.begin);
    edges.push_back(place.data);
    edges.push_back(place.end);
  }
  edges.push_back(bytes.size());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

void put_checksums_right(std::string& bytes, std::size_t begin) {
  using At = ChunkHeaderOffset;
  const std::size_t length = wire::load<std::uint16_t>(bytes.data() + begin + At::kHeaderLength);
  const std::size_t stored = wire::load<std::uint32_t>(bytes.data() + begin + At::kStoredLength);
  wire::store(bytes.data() + begin + At::kStoredCrc, crc32c({bytes.data() + begin + length, stored}));
  wire::store(bytes.data() + begin + length - 4, crc32c({bytes.data() + begin, length - 4}));
}

}  // namespace understudy::capture::testing
