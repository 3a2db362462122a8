using LoraFaaS.Gateway.Knative;

namespace LoraFaaS.Gateway.Tests.Knative;

public sealed class FunctionHostTests
{
    [Theory]
    [InlineData("echo.openfaas-fn.fn.example.com")]
    [InlineData("Echo.OpenFaaS-fn.FN.example.com:8080")]
    [InlineData("echo.openfaas-fn.fn.example.com.")]
    public void A_functions_host_names_it(string host) =>
        Assert.Equal("echo.openfaas-fn", Assert.IsType<FunctionHost.Function>(FunctionHost.Read(host, "fn.example.com")).Id.ToString());

    [Theory]
    [InlineData("fn.example.com")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("[::1]:8080")]
    [InlineData("")]
    [InlineData("echo.openfaas-fn.other.com")]
    [InlineData("echo.openfaas-fnfn.example.com")]
    public void Other_hosts_are_the_gateways(string host) => Assert.IsType<FunctionHost.Gateway>(FunctionHost.Read(host, "fn.example.com"));

    [Theory]
    [InlineData("echo.fn.example.com")]
    [InlineData("a.echo.openfaas-fn.fn.example.com")]
    [InlineData("-echo.openfaas-fn.fn.example.com")]
    [InlineData("..fn.example.com")]
    [InlineData("e_cho.openfaas-fn.fn.example.com")]
    public void What_is_under_the_domain_and_no_function_is_nobody(string host) =>
        Assert.IsType<FunctionHost.Nobody>(FunctionHost.Read(host, "fn.example.com"));
}
