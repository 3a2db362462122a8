using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using LoraFaaS.TestKit.Callers;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests.Platform;

/// <summary>The whole platform as <c>lorafaas up</c> starts it: real processes, a data folder of its own, a free port; without the console,
/// which has tests of its own.</summary>
public sealed class RunningPlatform : IAsyncDisposable
{
    private readonly ChildProcess _up;

    private RunningPlatform(ChildProcess up, string dataFolder)
    {
        _up = up;
        DataFolder = dataFolder;
    }

    public required Uri Gateway { get; init; }

    /// <summary>Where its gateway serves gRPC.</summary>
    public required Uri Grpc { get; init; }

    public required string Password { get; init; }

    public string DataFolder { get; }

    public ChildProcess Up => _up;

    /// <summary>Without redirects and with time for a loaded machine.</summary>
    public required HttpClient Http { get; init; }

    public static Task<RunningPlatform> StartAsync(string dataFolder, params string[] options) =>
        StartAsync(dataFolder, new Dictionary<string, string?>(StringComparer.Ordinal), options);

    public static async Task<RunningPlatform> StartAsync(string dataFolder, IReadOnlyDictionary<string, string?> environment, params string[] options)
    {
        var readyFile = Path.Combine(dataFolder, "platform-ready.json");
        Directory.CreateDirectory(dataFolder);
        File.Delete(readyFile);
        var up = LorafaasCommand.Start(["up", "--port", "0", "--no-console", "--data", dataFolder, "--ready-file", readyFile, .. options], dataFolder, environment);

        try
        {
            using var ready = await up.WaitForReadyFileAsync(readyFile);
            var gateway = new Uri(ready.RootElement.GetProperty("gateway").GetString()!);
            var password = (await File.ReadAllTextAsync(ready.RootElement.GetProperty("passwordFile").GetString()!)).Trim();
            var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = gateway, Timeout = Patience.StartLimit };
            return new RunningPlatform(up, dataFolder) { Gateway = gateway, Grpc = new Uri(ready.RootElement.GetProperty("grpc").GetString()!), Password = password, Http = http };
        }
        catch
        {
            await up.DisposeAsync();
            throw;
        }
    }

    public AuthenticationHeaderValue Basic => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{Password}")));

    /// <summary>The process id of a host now, which changes when it is started again.</summary>
    public int Pid(string host)
    {
        var file = Path.Combine(DataFolder, "run", host + ".json");
        using var ready = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(file));
        return ready.RootElement.GetProperty("pid").GetInt32();
    }

    /// <summary>The sandboxes that serve now: children of the worker with the sandbox program on their command line.</summary>
    public IReadOnlyList<int> SandboxPids() => ProcessTree.DescendantsOf(Pid("worker"), "LoraFaaS.Sandbox");

    /// <summary>Comes again as long as it is told to; what is answered in the end is given as it is.</summary>
    public async Task<HttpResponseMessage> InvokeAsync(string function, string text, string? accept = null)
    {
        for (var asked = Stopwatch.GetTimestamp(); ;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"function/{function}")
            {
                Content = new StringContent(text, Encoding.UTF8, "text/plain"),
            };

            if (accept is not null)
            {
                request.Headers.Accept.ParseAdd(accept);
            }

            var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

            if (ComeAgain.After(response) is not { } wait || Stopwatch.GetElapsedTime(asked) > Patience.StartLimit)
            {
                return response;
            }

            response.Dispose();
            await Task.Delay(wait, TimeProvider.System);
        }
    }

    public async Task<string> AnswerAsync(string function, string text)
    {
        using var response = await InvokeAsync(function, text);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{function}: {(int)response.StatusCode} {body}");
        return body;
    }

    /// <summary>Waits until a function answers as expected, whatever is being restarted meanwhile.</summary>
    public Task AnswersAgainAsync(string function, string text, string expected) => Patience.UntilAsync(
        async cancellationToken =>
        {
            try
            {
                using var response = await InvokeAsync(function, text);
                return response.IsSuccessStatusCode && await response.Content.ReadAsStringAsync(cancellationToken) == expected;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        Patience.StartLimit,
        $"{function} answers again");

    /// <summary>Stops it as Ctrl-C does and returns the exit code.</summary>
    public async Task<int> StopAsync()
    {
        _up.Terminate();
        return await _up.Exited.WaitAsync(Patience.StartLimit);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();

        if (!_up.Exited.IsCompleted)
        {
            _up.Terminate();
            await Task.WhenAny(_up.Exited, Task.Delay(Patience.Limit));
        }

        await _up.DisposeAsync();
    }
}
