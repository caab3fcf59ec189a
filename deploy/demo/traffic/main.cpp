// understudy-shop-traffic: visits the shop, and lists the personal data that it left there.
#include "core/base/units.hpp"
#include "core/net/endpoint.hpp"
#include "core/net/worker.hpp"
#include "deploy/demo/traffic/crowd.hpp"

#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::demo {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

int complain(const std::string& message) {
  fmt::print(stderr, "understudy-shop-traffic: {}\n", message);
  return kExitUsage;
}

void print_result(const CrowdResult& result) {
  fmt::print("{} requests in {} visits", format_count(result.sent), format_count(result.visits));
  for (const auto& [status, count] : result.by_status) fmt::print(", {} x {}", format_count(count), status);
  fmt::print(", {} failed; {} personal values planted\n", format_count(result.failed),
             format_count(result.planted.size()));
}

int run(const std::string& target, const std::string& planted_path, CrowdOptions options) {
  const auto origin = net::parse_origin_url(target);
  if (!origin) return complain("--target: " + origin.error().message);
  const auto endpoints = net::resolve(*origin);
  if (!endpoints) return complain("--target: " + endpoints.error().message);
  options.client.origin = *origin;
  options.client.endpoints = *endpoints;

  net::Worker worker;
  Crowd crowd(worker, options);
  crowd.start([&worker] { worker.stop(); });
  worker.run();
  print_result(crowd.result());
  if (!planted_path.empty() && !crowd.result().planted.write(planted_path))
    return complain("--planted: " + planted_path + " cannot be written");
  return crowd.result().failed == 0 ? 0 : kExitFailed;
}

}  // namespace
}  // namespace understudy::demo

int main(int argc, char** argv) {
  CLI::App app{"Visitors of the demo shop. The same seed makes the same visits.", "understudy-shop-traffic"};
  std::string target;
  std::string planted_path;
  understudy::demo::CrowdOptions options;
  app.add_option("--target", target, "Where the shop is, http://HOST:PORT")->required();
  app.add_option("--requests", options.requests, "How many requests in all")->capture_default_str();
  app.add_option("--seed", options.seed, "Which visits")->capture_default_str();
  app.add_option("--connections", options.connections,
                 "Visitors at a time, each on a keep-alive connection of its own")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--rate", options.rate_per_second, "Requests per second in all")
      ->check(CLI::Range(1.0, 100000.0))
      ->capture_default_str();
  app.add_option("--planted", planted_path,
                 "List every planted personal value in this file, as KIND TAB VALUE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : understudy::demo::kExitUsage;
  }
  return understudy::demo::run(target, planted_path, options);
}
