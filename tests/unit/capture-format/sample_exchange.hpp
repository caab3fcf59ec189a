// Exchanges with content that owns its bytes, and captures made of them, for the tests of the format.
#pragma once

#include "capture-format/reader.hpp"
#include "capture-format/record.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace understudy::capture::testing {

/// Keeps the bytes that the views point to, where they are when it is moved.
struct SampleExchange {
  std::unique_ptr<std::deque<std::string>> bytes = std::make_unique<std::deque<std::string>>();
  ExchangeView view;

  std::string_view keep(std::string text) { return bytes->emplace_back(std::move(text)); }
};

/// Deterministic: the same number gives the same exchange; numbers differ in every field.
SampleExchange sample_exchange(std::uint64_t number, std::size_t body_bytes = 300);

/// All fields, as text that a failed test prints.
std::string describe(const ExchangeView& exchange);
/// Of the samples from number `first` on.
std::vector<std::string> described(std::uint64_t first, std::uint64_t count);

/// The bytes of a sealed capture that holds these exchanges.
std::string capture_of(const std::vector<SampleExchange>& exchanges, std::size_t chunk_bytes = 4096);
std::string capture_of_samples(std::uint64_t first, std::uint64_t count, std::size_t chunk_bytes = 4096);

/// What a reader gives back, each through `describe`.
struct ReadBack {
  std::vector<std::string> exchanges;
  Damage damage;
  Gaps gaps;
  ReadTotals totals;
  bool sealed = false;
  bool contains_unscrubbed = false;
};
ReadBack read_back(Reader reader);
ReadBack read_back_bytes(std::string bytes);
ReadBack read_back_file(const std::filesystem::path& path);

/// A directory of its own that is removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view bytes);
std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory);

/// Where the chunk headers of intact capture bytes begin, from the chunks themselves.
struct ChunkPlace {
  std::size_t begin = 0;
  std::size_t data = 0;
  std::size_t end = 0;
  std::uint32_t exchanges = 0;
};
std::vector<ChunkPlace> chunk_places(const std::string& bytes);

}  // namespace understudy::capture::testing
