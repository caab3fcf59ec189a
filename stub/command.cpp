#include "stub/command.hpp"

#include "capture-format/reader.hpp"
#include "core/base/one_line.hpp"
#include "core/base/units.hpp"
#include "core/net/endpoint.hpp"
#include "core/net/run_server.hpp"
#include "core/telemetry/log.hpp"
#include "stub/answering.hpp"
#include "stub/response_book.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::stub {
namespace {

constexpr unsigned kWorkersMax = 256;

/// The command line as given.
struct Arguments {
  std::vector<std::string> captures;
  std::string listen;
  std::string delay = "none";
  std::string memory = "1GiB";
  unsigned workers = 1;
  bool allow_unscrubbed = false;
  capture::KeyOptions keys;
};

Outcome<> load_capture(const std::string& path, bool allow_unscrubbed, const capture::KeyRingPtr& keys,
                       ResponseBook& book) {
  const auto unscrubbed = capture::contains_unscrubbed(path);
  if (!unscrubbed) return unscrubbed.error();
  if (*unscrubbed && !allow_unscrubbed)
    return Failure{
        fmt::format("{}: holds unscrubbed data; give --allow-unscrubbed to serve it all the same", path)};
  capture::ReaderOptions reading;
  reading.keys = keys;
  auto reader = capture::Reader::open(path, reading);
  if (!reader) return reader.error();
  while (const auto* exchange = reader->next())
    if (auto added = book.add(*exchange); !added)
      return Failure{fmt::format("{}: {}", path, added.error().message)};
  const auto& damage = reader->damage();
  if (damage.chunks_lost != 0 || damage.bytes_skipped != 0)
    telemetry::log(telemetry::Level::warning, "capture_damaged",
                   {{"file", std::string_view(path)},
                    {"chunks_lost", damage.chunks_lost},
                    {"bytes_skipped", damage.bytes_skipped}});
  return {};
}

void log_loaded(const BookCounts& counts) {
  telemetry::log(telemetry::Level::info, "capture_loaded",
                 {{"exchanges", counts.exchanges},
                  {"without_response", counts.without_response},
                  {"incomplete_bodies", counts.incomplete_bodies},
                  {"memory_bytes", counts.memory_bytes}});
}

Outcome<> serve(const Arguments& arguments) {
  const auto memory = parse_size_bytes(arguments.memory);
  if (!memory) return Failure{fmt::format("--memory: {}", memory.error().message)};
  const auto address = net::parse_listen_address(arguments.listen);
  if (!address) return Failure{fmt::format("--listen: {}", address.error().message)};
  const auto keys = capture::open_key_ring_or_environment(arguments.keys);
  if (!keys) return keys.error();
  auto book = std::make_shared<ResponseBook>(*memory);
  for (const auto& path : arguments.captures)
    if (auto loaded = load_capture(path, arguments.allow_unscrubbed, *keys, *book); !loaded)
      return loaded.error();
  if (book->counts().exchanges == 0) return Failure{"--capture: holds no exchange with a response"};
  log_loaded(book->counts());

  net::RunServerOptions options;
  options.server.address = *address;
  options.workers = arguments.workers;
  return net::run_server_until_signal(
      options, make_handler(book, arguments.delay == "recorded" ? Delay::recorded : Delay::none));
}

ExitCode run_stub(const Arguments& arguments) {
  telemetry::start_logging(telemetry::Level::info, telemetry::LogFormat::text);
  const auto served = serve(arguments);
  telemetry::stop_logging();
  if (served) return ExitCode::ok;
  fmt::print(stderr, "understudy stub: {}\n", one_line(served.error().message));
  return ExitCode::usage;
}

}  // namespace

void add_command(CLI::App& app, std::function<ExitCode()>& run) {
  const auto arguments = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("stub", "Answer requests with the recorded responses of captures");
  command->add_option("--capture", arguments->captures, "Capture files to answer from")
      ->required()
      ->expected(1, -1)
      ->type_name("FILE");
  command->add_option("--listen", arguments->listen, "Address to listen on, 127.0.0.1:0 for any free port")
      ->required()
      ->type_name("ADDR");
  command->add_option("--workers", arguments->workers, "Threads")
      ->check(CLI::Range(1U, kWorkersMax))
      ->capture_default_str();
  command->add_option("--delay", arguments->delay, "Answer at once, or as late as the recorded origin did")
      ->check(CLI::IsMember({"none", "recorded"}))
      ->capture_default_str();
  command->add_option("--memory", arguments->memory, "Cap for all recorded responses together")
      ->type_name("SIZE")
      ->capture_default_str();
  command->add_flag("--allow-unscrubbed", arguments->allow_unscrubbed,
                    "Serve captures that were not scrubbed");
  command
      ->add_option("--key-file,--capture-key-file", arguments->keys.key_file,
                   "Keys of encrypted captures; else $UNDERSTUDY_CAPTURE_KEY_FILE")
      ->type_name("FILE");
  command
      ->add_option("--key-command,--capture-key-command", arguments->keys.key_command,
                   "Program that unwraps their keys instead; else $UNDERSTUDY_CAPTURE_KEY_COMMAND")
      ->type_name("COMMAND");
  command->footer("Example: understudy stub --capture shop.ucap.zst --listen 127.0.0.1:9002");
  command->callback([arguments, &run] { run = [arguments] { return run_stub(*arguments); }; });
}

}  // namespace understudy::stub
