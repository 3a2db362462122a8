using LoraFaaS.Cli.Diagnosis;

namespace LoraFaaS.Cli.Tests.Diagnosis;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("Host=db;Port=6000;Username=u", "db", 6000)]
    [InlineData("Server=db;Database=x", "db", 5432)]
    [InlineData("postgresql://u:p@db:7000/x", "db", 7000)]
    [InlineData("postgres://db/x", "db", 5432)]
    [InlineData("Database=x", "localhost", 5432)]
    public void Host_and_port_are_read(string connection, string host, int port) => Assert.Equal((host, port), PostgresAddress.Read(connection));

    [Fact]
    public void What_is_neither_is_refused() => Assert.Throws<UsageException>(() => PostgresAddress.Read("nonsense"));
}
