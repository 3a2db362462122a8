using System.Net;
using System.Text;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>faas-cli 0.18's other verbs, request by request as it sends them, each answered with a status that it takes for success.</summary>
[Collection(DemoGroup.Name)]
public sealed class FaasCliVerbTests(DemoPlatform demo)
{
    private RunningPlatform Platform => demo.Running;

    [Fact]
    public async Task Secret_create_replace_update_list_and_remove()
    {
        const string Secret = """{"name":"verbs-pin","namespace":"openfaas-fn","value":"1234"}""";
        Assert.Equal(201, (await SendAsync("POST", "system/secrets", Secret)).Status);
        Assert.Equal(409, (await SendAsync("POST", "system/secrets", Secret)).Status);
        Assert.Equal(202, (await SendAsync("PUT", "system/secrets", Secret)).Status);

        // --from-file sends both.
        Assert.Equal(202, (await SendAsync("PUT", "system/secrets", """{"name":"verbs-pin","namespace":"openfaas-fn","value":"1234","rawValue":"MTIzNA=="}""")).Status);

        var list = await SendAsync("GET", "system/secrets?namespace=openfaas-fn");
        Assert.Equal(200, list.Status);
        Assert.Contains("""{"name":"verbs-pin","namespace":"openfaas-fn"}""", list.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("1234", list.Body, StringComparison.Ordinal);
        Assert.Equal((202, ""), await SendAsync("DELETE", "system/secrets", """{"name":"verbs-pin","namespace":"openfaas-fn"}"""));
        Assert.Equal(404, (await SendAsync("DELETE", "system/secrets", """{"name":"verbs-pin","namespace":"openfaas-fn"}""")).Status);
    }

    [Fact]
    public async Task Namespace_create_get_update_list_and_remove()
    {
        const string Marked = """{"name":"verbs-space","labels":{"openfaas":"1"},"annotations":{"openfaas":"1"}}""";
        Assert.Equal(201, (await SendAsync("POST", "system/namespace/", Marked)).Status);
        Assert.Equal(200, (await SendAsync("GET", "system/namespace/verbs-space")).Status);
        Assert.Equal(202, (await SendAsync("PUT", "system/namespace/verbs-space", Marked)).Status);
        using var names = JsonDocument.Parse((await SendAsync("GET", "system/namespaces")).Body);
        Assert.Contains("verbs-space", names.RootElement.EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(202, (await SendAsync("DELETE", "system/namespace/verbs-space", Marked)).Status);
    }

    [Fact]
    public async Task Ready_version_and_diff_find_what_they_look_for()
    {
        Assert.Equal(200, (await SendAsync("GET", "healthz")).Status);
        Assert.Equal(200, (await SendAsync("GET", "system/info")).Status);
        // As the command does: it asks again until there is one.
        await Patience.UntilAsync(
            async _ =>
            {
                using var ready = JsonDocument.Parse((await SendAsync("GET", "system/function/sentiment?usage=1&namespace=openfaas-fn")).Body);
                return ready.RootElement.TryGetProperty("availableReplicas", out var available) && available.GetInt32() > 0;
            },
            Patience.StartLimit,
            "sentiment has a replica");

        using var list = JsonDocument.Parse((await SendAsync("GET", "system/functions?namespace=openfaas-fn")).Body);
        var described = list.RootElement.EnumerateArray().Single(function => function.GetProperty("name").GetString() == "sentiment");
        Assert.True(described.GetProperty("invocationCount").GetDouble() >= 0);
        Assert.NotEqual(default, described.GetProperty("createdAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task Invoke_in_every_form_is_a_success()
    {
        var (prompt, expected) = DemoData.First("sentiment");

        foreach (var method in (string[])["GET", "POST", "PUT", "PATCH", "DELETE"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "function/sentiment.openfaas-fn?verbose=true") { Content = new StringContent(prompt, Encoding.UTF8, "text/plain") };
            request.Headers.TryAddWithoutValidation("X-Hub-Signature", "sha256=0f1e");
            request.Headers.UserAgent.ParseAdd("faas-cli/0.18.12");
            using var response = await Platform.Http.SendAsync(request);
            Assert.True(response.IsSuccessStatusCode, $"{method}: {(int)response.StatusCode}");
            Assert.True(response.Headers.Contains("X-Call-Id") && response.Headers.Contains("X-Start-Time") && response.Headers.Contains("X-Duration-Seconds"));

            if (method == "POST")
            {
                Assert.Equal(expected, await response.Content.ReadAsStringAsync());
            }
        }

        using var later = await Platform.Http.PostAsync("async-function/sentiment.openfaas-fn", new StringContent(prompt, Encoding.UTF8, "text/plain"));
        Assert.Equal(HttpStatusCode.Accepted, later.StatusCode);
        Assert.Equal("", await later.Content.ReadAsStringAsync());
        Assert.NotEmpty(later.Headers.GetValues("X-Call-Id").Single());
    }

    [Fact]
    public async Task Logs_follow_a_call_and_since_leaves_out_what_was_before()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"system/logs?follow=true&name=sentiment&namespace=openfaas-fn&since={Uri.EscapeDataString(DateTimeOffset.UtcNow.AddHours(1).ToString("o"))}&tail=-1");
        request.Headers.Authorization = Platform.Basic;
        using var past = await Platform.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, request.RequestUri!.OriginalString.Replace("follow=true", "follow=false", StringComparison.Ordinal)) { Headers = { Authorization = Platform.Basic } });
        Assert.Equal(HttpStatusCode.OK, past.StatusCode);
        Assert.Equal("", await past.Content.ReadAsStringAsync());

        request.RequestUri = new Uri("system/logs?follow=true&name=sentiment&namespace=openfaas-fn&tail=-1", UriKind.Relative);
        using var followed = await Platform.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("application/x-ndjson", followed.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await followed.Content.ReadAsStreamAsync());
        await Platform.AnswerAsync("sentiment", DemoData.First("sentiment").Prompt);

        using var line = JsonDocument.Parse((await Patience.ForAsync(lines.ReadLineAsync()))!);
        Assert.Equal(["instance", "name", "namespace", "text", "timestamp"], line.RootElement.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
    }

    /// <summary><c>faas-cli up</c> with <c>skip_build</c> and <c>--skip-push</c>, <c>deploy --update=false</c> and <c>--replace</c>, then <c>remove -f</c>.</summary>
    [Fact]
    public async Task Up_and_the_variants_of_deploy()
    {
        const string Stack = """
            {"service":"verbs-up","image":"lora://lory-5m/sentiment:latest","namespace":"openfaas-fn","envProcess":"","envVars":{"K":"v"},"constraints":null,"secrets":null,
             "labels":{},"annotations":null,"limits":null,"requests":{"memory":"32Mi"},"readOnlyRootFilesystem":true}
            """;
        const string Name = """{"functionName":"verbs-up","namespace":"openfaas-fn"}""";
        Assert.Equal(404, (await SendAsync("PUT", "system/functions", Stack)).Status);
        Assert.Equal(202, (await SendAsync("POST", "system/functions", Stack)).Status);
        Assert.Equal(409, (await SendAsync("POST", "system/functions", Stack)).Status);
        Assert.Equal(202, (await SendAsync("DELETE", "system/functions", Name)).Status);
        Assert.Equal(202, (await SendAsync("POST", "system/functions", Stack)).Status);
        Assert.Equal(202, (await SendAsync("POST", "system/scale-function/verbs-up", """{"serviceName":"verbs-up","replicas":0,"namespace":"openfaas-fn"}""")).Status);
        using var scaled = JsonDocument.Parse((await SendAsync("GET", "system/function/verbs-up?usage=1&namespace=openfaas-fn")).Body);
        Assert.False(scaled.RootElement.TryGetProperty("replicas", out var wanted) && wanted.GetInt32() > 0);

        // From zero by the call itself.
        Assert.Equal(DemoData.First("sentiment").Expected, await Platform.AnswerAsync("verbs-up.openfaas-fn", DemoData.First("sentiment").Prompt));
        Assert.Equal(202, (await SendAsync("DELETE", "system/functions", Name)).Status);
    }

    /// <summary>What <c>faas-cli generate</c> prints for a stack, of both kinds, is taken by <c>lorafaas apply</c>.</summary>
    [Theory]
    [InlineData("""
        ---
        apiVersion: openfaas.com/v1
        kind: Function
        metadata:
          name: verbs-made
          namespace: openfaas-fn
        spec:
          name: verbs-made
          image: lora://lory-5m/sentiment:latest
          labels:
            team: reviews
          annotations:
            topic: x
          limits:
            memory: 64Mi
          requests: {}
          readOnlyRootFilesystem: false
        """)]
    [InlineData("""
        ---
        apiVersion: serving.knative.dev/v1
        kind: Service
        metadata:
          name: verbs-made
          namespace: openfaas-fn
          labels:
            team: reviews
          annotations:
            topic: x
        spec:
          template:
            metadata:
              annotations:
                topic: x
            spec:
              containers:
              - image: lora://lory-5m/sentiment:latest
                resources: {}
        """)]
    public async Task What_generate_prints_is_applied(string manifest)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("made.yml"), manifest, TestContext.Current.CancellationToken);

        var applied = await LorafaasCommand.RunAsync(Platform.DataFolder, null, "apply", "-f", folder.File("made.yml"), "--gateway", Platform.Gateway.ToString(), "--password-file", Path.Combine(Platform.DataFolder, "password"));
        Assert.True(applied.ExitCode == 0, $"{applied.Output}\n{applied.Errors}");
        Assert.Equal(DemoData.First("sentiment").Expected, await Platform.AnswerAsync("verbs-made", DemoData.First("sentiment").Prompt));
        Assert.Equal(202, (await SendAsync("DELETE", "system/functions", """{"functionName":"verbs-made","namespace":"openfaas-fn"}""")).Status);
    }

    private async Task<(int Status, string Body)> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = Platform.Basic;
        request.Headers.UserAgent.ParseAdd("faas-cli/0.18.12");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Platform.Http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
