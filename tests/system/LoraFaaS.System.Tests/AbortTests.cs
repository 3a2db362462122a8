using System.Text;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>A caller who leaves stops the engine's work for him, told by the tokens that the worker meters: what nobody reads is not generated to its end.</summary>
[Collection(DemoGroup.Name)]
public sealed class AbortTests(DemoPlatform demo) : IDisposable
{
    private const string Function = "left-alone";
    private const int Tokens = 440;
    private const int CutShort = 3;
    private const int Together = 8;

    /// <summary>Without draining: by default the client reads on for two seconds what it was told to drop, to keep the connection.</summary>
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxResponseDrainSize = 0 }) { BaseAddress = demo.Running.Gateway, Timeout = Patience.StartLimit };

    private RunningPlatform Platform => demo.Running;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Who_leaves_after_the_first_token_is_not_generated_for()
    {
        await DeployAsync();
        await CallAsync(leave: false);
        var (calls, tokens) = await SettledAsync(1);
        Assert.Equal(Tokens, tokens);
        var cut = 0;

        // Eight share each step, so that a step is long beside what leaving takes. On a machine that is busy with others some may all the same be done
        // before it is heard; one whose leaving is not heard at all always is.
        await Patience.UntilAsync(
            async _ =>
            {
                await Task.WhenAll(Enumerable.Range(0, Together).Select(_ => CallAsync(leave: true)));
                var (_, after) = await SettledAsync(calls += Together);
                cut += after - tokens < Together * Tokens ? 1 : 0;
                tokens = after;
                return cut >= CutShort;
            },
            Patience.StartLimit,
            $"{CutShort} rounds of callers who leave cost less than their whole answers");
    }

    private async Task DeployAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "system/functions")
        {
            Content = new StringContent($$"""{"service":"{{Function}}","image":"lora://lory-5m/sql:latest"}""", Encoding.UTF8, "application/json"),
            Headers = { Authorization = Platform.Basic },
        };
        using var response = await Platform.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task CallAsync(bool leave)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/completions")
        {
            Content = new StringContent($$"""{"model":"{{Function}}","prompt":"Once","max_tokens":{{Tokens}},"ignore_eos":true,"stream":true}""", Encoding.UTF8, "application/json"),
        };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync();

        if (leave)
        {
            // Disposing closes the connection, since the answer is not at its end.
            await body.ReadExactlyAsync(new byte[8]);
            return;
        }

        await body.CopyToAsync(Stream.Null);
    }

    /// <summary>The function's sums, once that many calls are in them; usage comes by way of the worker's spool.</summary>
    private async Task<(int Calls, int Tokens)> SettledAsync(int calls)
    {
        var tokens = 0;
        await Patience.UntilAsync(
            async cancellationToken =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/usage") { Headers = { Authorization = Platform.Basic } };
                using var response = await Platform.Http.SendAsync(request, cancellationToken);
                using var usage = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
                var sums = usage.RootElement.EnumerateArray().Where(sum => sum.GetProperty("function").GetString() == Function).ToList();
                tokens = sums.Sum(sum => sum.GetProperty("completionTokens").GetInt32());
                return sums.Sum(sum => sum.GetProperty("invocations").GetInt32()) >= calls;
            },
            Patience.StartLimit,
            $"{calls} calls are metered");
        return (calls, tokens);
    }
}
