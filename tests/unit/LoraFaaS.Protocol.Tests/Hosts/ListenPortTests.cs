using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Knative;

namespace LoraFaaS.Protocol.Tests.Hosts;

public sealed class ListenPortTests
{
    [Fact]
    public void The_port_is_listened_on_everywhere() =>
        Assert.Equal(["--Host:HttpUrl", "http://0.0.0.0:9000", "--A:B", "c"], ListenPort.Apply(["--A:B", "c"], Environment("9000")));

    [Theory]
    [InlineData("--Host:HttpUrl")]
    [InlineData("--host:httpurl=http://127.0.0.1:1")]
    public void An_explicit_address_wins(string argument) => Assert.Equal([argument], ListenPort.Apply([argument], Environment("9000")));

    [Fact]
    public void The_platforms_own_variable_wins() =>
        Assert.Empty(ListenPort.Apply([], name => name is "PORT" ? "9000" : name is "Host__HttpUrl" ? "http://127.0.0.1:1" : null));

    [Fact]
    public void No_port_changes_nothing() => Assert.Empty(ListenPort.Apply([], Environment(null)));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("65536")]
    [InlineData("http")]
    public void What_is_no_port_is_said(string text) =>
        Assert.Contains("PORT", Assert.Throws<HostStartException>(() => ListenPort.Apply([], Environment(text))).Message, StringComparison.Ordinal);

    private static Func<string, string?> Environment(string? port) => name => name is "PORT" ? port : null;
}
