#include "tests/unit/capture-format/sample_exchange.hpp"

#include "capture-format/file_writer.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "core/base/content_hash.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <stdlib.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

std::string random_text(std::mt19937_64& random, std::size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random() % 4 == 0 ? random() % 256 : 'a' + random() % 26);
  return text;
}

void fill(SampleExchange& sample, MessageView& message, std::mt19937_64& random, std::size_t body_bytes) {
  const auto headers = 1 + random() % 5;
  for (std::size_t i = 0; i < headers; ++i)
    message.headers.push_back(
        {sample.keep(fmt::format("X-{}", i % 2)), sample.keep(random_text(random, random() % 30))});
  message.body = sample.keep(random_text(random, body_bytes == 0 ? 0 : random() % (2 * body_bytes)));
  message.body_length = message.body.size();
  message.body_hash = content_hash(message.body);
}

void append_message(std::string& out, const MessageView& message) {
  fmt::format_to(std::back_inserter(out), "{:?} {:?} {:?} v{} {} {:?}\n", message.method, message.target,
                 message.authority, message.version, message.status, message.reason);
  for (const auto& [name, value] : message.headers)
    fmt::format_to(std::back_inserter(out), "  {:?}: {:?}\n", name, value);
  for (const auto& [name, value] : message.trailers)
    fmt::format_to(std::back_inserter(out), "  t {:?}: {:?}\n", name, value);
  fmt::format_to(std::back_inserter(out), "  body {} of {} hash {:x}/{:x} cut {} decoded {}\n",
                 message.body.size(), message.body_length, message.body_hash, content_hash(message.body),
                 static_cast<int>(message.truncation), message.content_decoded);
}

}  // namespace

SampleExchange sample_exchange(std::uint64_t number, std::size_t body_bytes) {
  std::mt19937_64 random(number + 1);
  SampleExchange sample;
  auto& view = sample.view;
  view.start_ns = 1'700'000'000'000'000'000 + number * 1'000'000;
  view.id = number + 1;
  view.connection_id = number / 3;
  view.connection_sequence = static_cast<std::uint32_t>(number % 3);
  view.session_key = random();
  view.request.method = number % 2 == 0 ? "GET" : "POST";
  view.request.target = sample.keep(fmt::format("/orders/{}?page={}", number, random() % 9));
  view.request.authority = "shop.example";
  fill(sample, view.request, random, body_bytes);
  view.has_response = number % 17 != 0;
  if (view.has_response) {
    view.response.status = number % 11 == 0 ? 503 : 200;
    view.response.reason = "OK";
    fill(sample, view.response, random, body_bytes);
    view.response.trailers.push_back({"Digest", sample.keep(random_text(random, 8))});
  }
  view.timings = {1000, 2000, 3000 + number, 4000 + number};
  view.mirrors.push_back({MirrorOutcome::write_blocked, "write_blocked", "staging"});
  view.scrub = {ScrubState::redacted, 77, 3, {{"email", 2}, {"card", 1}}};
  view.trace_id = "0123456789abcdef";
  view.span_id = "01234567";
  view.fate = number % 17 == 0 ? Fate::client_abort : Fate::ok;
  view.extensions.push_back({"scheme", "https"});
  return sample;
}

std::string describe(const ExchangeView& exchange) {
  std::string out = fmt::format(
      "id {} start {} connection {}/{} stream {} session {:x} fate {} trace {:?} {:?}\n", exchange.id,
      exchange.start_ns, exchange.connection_id, exchange.connection_sequence, exchange.stream_id,
      exchange.session_key, static_cast<int>(exchange.fate), exchange.trace_id, exchange.span_id);
  append_message(out, exchange.request);
  if (exchange.has_response) append_message(out, exchange.response);
  fmt::format_to(std::back_inserter(out), "{} {} {} {}\n", exchange.timings.request_done_ns,
                 exchange.timings.connected_ns, exchange.timings.first_byte_ns,
                 exchange.timings.response_done_ns);
  for (const auto& mirror : exchange.mirrors)
    fmt::format_to(std::back_inserter(out), "mirror {} {} {}\n", static_cast<int>(mirror.outcome),
                   mirror.reason, mirror.target);
  fmt::format_to(std::back_inserter(out), "scrub {} {} {}\n", static_cast<int>(exchange.scrub.state),
                 exchange.scrub.policy, exchange.scrub.redactions);
  for (const auto& hit : exchange.scrub.hits)
    fmt::format_to(std::back_inserter(out), "  {} {}\n", hit.rule, hit.count);
  for (const auto& [key, value] : exchange.extensions)
    fmt::format_to(std::back_inserter(out), "{} = {}\n", key, value);
  return out;
}

std::vector<std::string> described(std::uint64_t first, std::uint64_t count) {
  std::vector<std::string> all;
  for (std::uint64_t i = 0; i < count; ++i) all.push_back(describe(sample_exchange(first + i).view));
  return all;
}

std::string capture_of(const std::vector<SampleExchange>& exchanges, std::size_t chunk_bytes) {
  const TemporaryDirectory directory;
  FileWriterOptions options;
  options.output = directory.path() / "sample.ucap.zst";
  options.chunk_bytes = chunk_bytes;
  auto writer = FileWriter::open(options);
  EXPECT_TRUE(writer.has_value()) << writer.error().message;
  for (const auto& exchange : exchanges) EXPECT_TRUE((*writer)->append(exchange.view).has_value());
  EXPECT_TRUE((*writer)->finish().has_value());
  return read_file(options.output);
}

std::string capture_of_samples(std::uint64_t first, std::uint64_t count, std::size_t chunk_bytes) {
  std::vector<SampleExchange> exchanges;
  for (std::uint64_t i = 0; i < count; ++i) exchanges.push_back(sample_exchange(first + i));
  return capture_of(exchanges, chunk_bytes);
}

ReadBack read_back(Reader reader) {
  ReadBack back;
  while (const auto* exchange = reader.next()) back.exchanges.push_back(describe(*exchange));
  back.damage = reader.damage();
  back.gaps = reader.gaps();
  back.totals = reader.totals();
  back.sealed = reader.sealed();
  back.contains_unscrubbed = reader.info().contains_unscrubbed;
  return back;
}

ReadBack read_back_bytes(std::string bytes) {
  auto reader = Reader::from_bytes(std::move(bytes));
  return reader ? read_back(std::move(*reader)) : ReadBack{};
}

ReadBack read_back_file(const std::filesystem::path& path) {
  auto reader = Reader::open(path);
  EXPECT_TRUE(reader.has_value()) << reader.error().message;
  return reader ? read_back(std::move(*reader)) : ReadBack{};
}

TemporaryDirectory::TemporaryDirectory() {
  auto pattern = (std::filesystem::temp_directory_path() / "understudy-test-XXXXXX").string();
  path_ = mkdtemp(pattern.data());
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<ChunkPlace> chunk_places(const std::string& bytes) {
  FrameScanner scanner(make_memory_source(bytes), FrameScanner::Content::headers_only);
  EXPECT_TRUE(scanner.begin("test").has_value());
  std::vector<ChunkPlace> places;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    if (event != ScanEvent::chunk) continue;
    const auto begin = static_cast<std::size_t>(scanner.chunk_offset());
    const auto data = begin + scanner.chunk().header_bytes;
    places.push_back({begin, data, data + scanner.chunk().stored_bytes, scanner.chunk().exchanges});
  }
  return places;
}

}  // namespace understudy::capture::testing
