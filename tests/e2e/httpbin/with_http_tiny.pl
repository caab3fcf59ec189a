#!/usr/bin/perl
# usage: with_http_tiny.pl BASE < cases: what Perl's HTTP::Tiny makes of each, with one kept connection.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use HTTP::Tiny;

my $base = shift;
my $client = HTTP::Tiny->new(timeout => 10, keep_alive => 1);
while (my $line = <STDIN>) {
  next if $line =~ /^#/;
  chomp $line;
  my ($method, $target, $kind) = split ' ', $line;
  my @pieces = ("one", "two" x 5000);
  my %given = (
    form => {headers => {'content-type' => 'application/x-www-form-urlencoded'}, content => 'name=Ann&mark=%C3%A9%26'},
    json => {headers => {'content-type' => 'application/json'}, content => '{"deep": [{"er": 1.5}]}'},
    chunked => {content => sub { shift @pieces }},
  );
  my $answer = $client->request($method, $base . $target, $given{$kind // ''} // {});
  print "== $line $answer->{status} $answer->{reason} $answer->{protocol}\n";
  for my $name (sort keys %{$answer->{headers}}) {
    my $value = $answer->{headers}{$name};
    print "$name: ", (ref $value ? join(', ', @$value) : $value), "\n";
  }
  my $content = $answer->{content} // '';
  substr($content, 4, 4) = '' if ($answer->{headers}{'content-encoding'} // '') eq 'gzip';  # the time
  print $content =~ /^\{/ ? $content : sha256_hex($content), "\n";
}
