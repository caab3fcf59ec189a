// Encrypted captures of the sample exchanges, and keys for them.
#pragma once

#include "capture-format/crypto/key_file.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture::testing {

/// One random key.
KeyRingPtr sample_keys(const std::string& id = "k1");

std::string encrypted_capture_of(const KeyRingPtr& keys, const std::vector<SampleExchange>& exchanges,
                                 std::size_t chunk_bytes = 4096);
std::string encrypted_samples(const KeyRingPtr& keys, std::uint64_t first, std::uint64_t count,
                              std::size_t chunk_bytes = 4096);

/// All records that the keys give back; nothing where the reader does not begin.
ReadBack read_back_bytes(std::string bytes, const KeyRingPtr& keys);

/// With mode 0600.
void write_key_file(const std::filesystem::path& path, std::string_view text);

/// The edges of all frames of an intact capture: 0, each begin, the end.
std::vector<std::size_t> frame_edges(const std::string& bytes);

/// Puts the checksum of the chunk header at `begin` right again, and that of its data.
void put_checksums_right(std::string& bytes, std::size_t begin);

}  // namespace understudy::capture::testing
