using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Callers;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>Seeded and bounded: every method of every endpoint that the gateway has. A 5xx is one that says when to come again, or that a deadline has passed; and the door still works.</summary>
public sealed class EveryEndpointFuzzTests
{
    private const int Rounds = 24;

    private static readonly string[] Names = ["echo", "nobody", "echo.openfaas-fn", "echo@3", "3", "lory-5m"];

    /// <summary>What one of them knows the others pass over.</summary>
    private static readonly string[] Bodies =
    [
        """
        {"model":"echo","messages":[{"role":"user","content":"hello"}],"prompt":["a","b"],"inputs":"a","text_input":"a","text":"a","parameters":{"adapter_id":"echo","max_new_tokens":1,"max_tokens":1,"details":true},
         "max_tokens":2,"n":2,"best_of":3,"stop":["x"],"seed":1,"logprobs":1,"lora_name":"a","lora_path":"lora://lory-5m/a"}
        """,
        """{"id":"a","inputs":[{"name":"text_input","datatype":"BYTES","shape":[1],"data":["x"]}],"outputs":[{"name":"text_output"}],"parameters":{"max_tokens":1}}""",
        """{"model":"echo","messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],"stream":true,"stream_options":{"include_usage":true},"logprobs":true,"top_logprobs":1,"response_format":{"type":"json_object"}}""",
        """{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"x"}""",
        "hello",
    ];

    [Fact]
    public async Task No_request_makes_any_of_them_fail()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:Domain", "fn.example.com");
        await using var __ = gateway;
        var endpoints = EndpointFuzzer.EndpointsOf(gateway.Services);
        var fuzzer = new EndpointFuzzer(new Random(20_261_122), Names, Bodies);

        Assert.True(endpoints.Count > 30, $"{endpoints.Count} endpoints");

        foreach (var (method, path) in endpoints)
        {
            for (var i = 0; i < Rounds; i++)
            {
                using var request = fuzzer.Create(method, path);
                using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
                await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

                Assert.True(IsMeant(response), $"{request.Method} {request.RequestUri} answered {(int)response.StatusCode}");
            }
        }

        Assert.Equal("0 1 2 3 4 5 ", await (await gateway.InvokeAsync("x")).Content.ReadAsStringAsync());
        await Patience.UntilAsync(() => gateway.InFlight == 0);
    }

    private static bool IsMeant(HttpResponseMessage response) =>
        (int)response.StatusCode is < 500 or 504 || (response.StatusCode is System.Net.HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null);
}
