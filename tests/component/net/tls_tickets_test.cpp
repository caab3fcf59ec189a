// When a server of TLS 1.3 sends its tickets: in company, for nobody waits for them.
#include "core/net/tls_server_context.hpp"
#include "core/net/tls_session.hpp"
#include "tests/component/net/tls_rig.hpp"

#include <sys/ioctl.h>
#include <sys/socket.h>

namespace understudy::net {
namespace {

class TlsTickets : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0);
    const auto shop = authority_.issue_files(directory_.path(), "shop", {.common_name = "shop", .dns = {}});
    auto source = TlsServerSource::open("shop", {.certificates = {{shop.certificate, shop.key}}},
                                        std::make_shared<TicketKeyring>());
    ASSERT_TRUE(source) << source.error().message;
    const auto context = (*source)->attach()->context();
    server_ = TlsSession::make(context->first(), ends_[0], TlsSession::Role::server, context);
    client_ = std::make_unique<test::TlsPeer>(ends_[1], test::TlsPeer::Role::client, test::TlsPeerOptions{});
    EXPECT_FALSE(client_->handshake());
    EXPECT_EQ(step(), TlsSession::Progress::pending);
    EXPECT_TRUE(client_->handshake());
    EXPECT_EQ(step(), TlsSession::Progress::finished);
  }
  ~TlsTickets() override {
    for (const int end : ends_) ::close(end);
  }

  TlsSession::Progress step() {
    server_->readable();
    const auto progress = server_->handshake();
    EXPECT_TRUE(progress) << progress.error().message();
    return progress ? *progress : TlsSession::Progress::pending;
  }
  int waiting_for_client() const {
    int bytes = -1;
    ::ioctl(ends_[1], FIONREAD, &bytes);
    return bytes;
  }
  bool client_has_ticket() const { return SSL_SESSION_has_ticket(client_->session().get()) == 1; }

  test::TemporaryDirectory directory_;
  test::TestAuthority authority_;
  std::array<int, 2> ends_{-1, -1};
  std::unique_ptr<TlsSession> server_;
  std::unique_ptr<test::TlsPeer> client_;
};

TEST_F(TlsTickets, WaitForTheFirstBytesThatAreWritten) {
  EXPECT_EQ(waiting_for_client(), 0);
  EXPECT_EQ(server_->write("hello").value(), 5U);
  EXPECT_FALSE(server_->backlog());
  EXPECT_EQ(client_->read_some(), "hello");
  EXPECT_TRUE(client_has_ticket());
  EXPECT_EQ(server_->write("again").value(), 5U);
  EXPECT_EQ(client_->read_some(), "again");
}

TEST_F(TlsTickets, AreFlushedWhenNothingIsWritten) {
  EXPECT_TRUE(server_->flush());
  EXPECT_FALSE(server_->backlog());
  EXPECT_EQ(client_->read_some(), "");
  EXPECT_TRUE(client_has_ticket());
}

TEST_F(TlsTickets, PrecedeTheEnd) {
  server_->send_close_notify();
  EXPECT_EQ(client_->read_some(), "");
  EXPECT_TRUE(client_->clean_end());
  EXPECT_TRUE(client_has_ticket());
}

TEST_F(TlsTickets, AndWhatTheKernelDoesNotTakeIsSentLaterInOrder) {
  const std::string much(4 * 1024 * 1024, 'm');
  std::size_t done = server_->write(much).value();
  EXPECT_LT(done, much.size());
  std::string got;
  while (got.size() < much.size()) {
    const auto more = client_->read_some();
    got += more;
    if (!more.empty()) continue;
    const auto sent = server_->write(std::string_view(much).substr(done));
    ASSERT_TRUE(sent);
    done += *sent;
  }
  EXPECT_EQ(got, much);
  EXPECT_TRUE(client_has_ticket());
}

TEST_F(TlsTickets, OfAClientThatIsGoneFailTheFirstWrite) {
  ::shutdown(ends_[1], SHUT_RDWR);
  EXPECT_FALSE(server_->write("hello"));
}

class TlsTicketsOfAServer : public TlsServerRig {};

TEST_F(TlsTicketsOfAServer, ComeToAClientThatAsksForNothingYet) {
  serve_shop();
  const auto visitor = client();
  ASSERT_TRUE(visitor->tls.handshake()) << visitor->tls.error();
  // A read ends with the first record, be it no data.
  SSL_clear_mode(visitor->tls.ssl(), SSL_MODE_AUTO_RETRY);
  EXPECT_EQ(visitor->tls.read_some(), "");
  EXPECT_EQ(SSL_SESSION_has_ticket(visitor->tls.session().get()), 1);
}

}  // namespace
}  // namespace understudy::net
