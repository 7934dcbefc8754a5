# An MCP server with one tool, "sh", which runs a command line that a variable of its environment names.
$| = 1;
while (<STDIN>) {
  my ($id) = /"id":\s*("[^"]*"|\d+)/ or next;
  my $result = '{}';
  if (/"initialize"/) {
    $result = '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},'
      . '"serverInfo":{"name":"shell","version":"1"}}';
  } elsif (/"tools\/list"/) {
    $result = '{"tools":[{"name":"sh","inputSchema":{"type":"object",'
      . '"properties":{"which":{"type":"string"}}}}]}';
  } elsif (/"which":\s*"(\w+)"/) {
    my $said = `$ENV{$1} 2>&1`;
    $said =~ s/[^ !#-\[\]-~]/ /g;
    $result = '{"content":[{"type":"text","text":"' . $said . '"}]}';
  }
  print qq({"jsonrpc":"2.0","id":$id,"result":$result}\n);
}
