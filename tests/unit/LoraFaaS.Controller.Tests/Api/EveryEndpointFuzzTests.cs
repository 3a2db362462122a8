using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.TestKit.Callers;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>Seeded and bounded: every method of every endpoint that the controller has. Nothing is a 5xx, and it still works after.</summary>
public sealed class EveryEndpointFuzzTests
{
    private const int Rounds = 24;

    private static readonly string[] Names = ["fuzz", "sentiment", "nobody", "sentiment.openfaas-fn", "lory-5m", "openfaas-fn", "0123456789abcdef"];

    /// <summary>What one of them knows the others pass over.</summary>
    private static readonly string[] Bodies =
    [
        """
        {"service":"fuzz","image":"lora://lory-5m/sentiment:latest","namespace":"openfaas-fn","envVars":{"A":"b"},"secrets":["none"],"constraints":[],"labels":{"com.openfaas.scale.min":"1"},
         "annotations":{"lorafaas.io/slo-ttft":"1s"},"limits":{"memory":"64Mi","cpu":"100m"},"replicas":1,"functionName":"fuzz"}
        """,
        """{"name":"fuzz","namespace":"openfaas-fn","value":"v","rawValue":"AAEC","labels":{"openfaas":"1"},"annotations":{"openfaas":"1"},"path":"/no/such","folder":"/no/such","functions":["a"],"expiresAt":"2990-01-01T00:00:00Z"}""",
        """{"targets":[{"revision":1,"percent":90,"tag":"a"},{"percent":10}],"to":1,"graceSeconds":5,"limits":{"requestsPerMinute":1},"status":"firing","alerts":[{"status":"firing","labels":{"function_name":"nobody"}}]}""",
        "PK not a tar",
    ];

    [Fact]
    public async Task No_request_makes_any_of_them_fail()
    {
        await using var controller = await ControllerUnderTest.StartAsync();
        await DemoController.RegisterAsync(controller);
        await DemoController.DeployAsync(controller, "sentiment");
        var endpoints = EndpointFuzzer.EndpointsOf(controller.Services);
        var fuzzer = new EndpointFuzzer(new Random(20_261_122), Names, Bodies);

        Assert.True(endpoints.Count > 50, $"{endpoints.Count} endpoints");

        foreach (var (method, path) in endpoints)
        {
            for (var i = 0; i < Rounds; i++)
            {
                using var request = fuzzer.Create(method, path);
                using var response = await controller.Http.SendAsync(request, TestContext.Current.CancellationToken);
                await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

                Assert.True((int)response.StatusCode < 500, $"{request.Method} {request.RequestUri} answered {(int)response.StatusCode}");
            }
        }

        Assert.Equal(201, (await controller.AskAsync(HttpMethod.Post, "/system/secrets", """{"name":"after-the-storm","value":"x"}""")).Status);
    }
}
