using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using LoraFaaS.Bench.Machine;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Bench.Door;

/// <summary>The other process: clients in a closed loop, or at an even pace.</summary>
internal static class LoadProcess
{
    private const string GeneratePath = "/v1/generate";
    private const string Text = "the soup was cold and the staff rude";

    /// <summary>Both of this process and the canned worker's: all is compiled when it is called first, nothing again while something is counted.</summary>
    public static IReadOnlyDictionary<string, string?> Environment { get; } =
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["DOTNET_TieredCompilation"] = "0", ["DOTNET_TieredPGO"] = "0" };

    /// <summary>Prints a <see cref="LoadResult"/>.</summary>
    public static int Run(LoadOrder order)
    {
        var url = new Uri(order.Url);
        var request = Request(order, url);
        Scheduling.WakePrecisely();

        // As callers on machines of their own would be, who do not wait until the door gives up a processor. Not allowed: their waiting is in every figure.
        Scheduling.TryRunFirst();
        using var loop = new LoadLoop(Enumerable.Range(0, order.Clients).Select(_ => new LoadClient(new IPEndPoint(IPAddress.Parse(url.Host), url.Port), request)), order.Rate, Body(url), order.Pooled);
        var warmUp = loop.Run(TimeSpan.FromSeconds(Math.Min(1, order.Seconds / 2)));
        var result = loop.Run(TimeSpan.FromSeconds(order.Seconds));
        result = result with { AllCalls = warmUp.Calls + result.Calls };
        Console.WriteLine(JsonSerializer.Serialize(result, BenchJson.Default.LoadResult).ReplaceLineEndings(" "));
        return result.Failures == 0 ? 0 : 1;
    }

    /// <summary>The gateway is asked as a caller asks it; a worker, or what forwards to one, in the worker's own words.</summary>
    private static byte[] Request(LoadOrder order, Uri url)
    {
        var isWorker = url.AbsolutePath == GeneratePath;
        var body = isWorker ? new GenerateRequest { Prompt = new Prompt { UserText = Text } }.ToByteArray() : Encoding.ASCII.GetBytes(Text);
        var type = isWorker ? "application/x-protobuf" : "text/plain";
        var key = order.Key.Length > 0 ? $"Authorization: Bearer {order.Key}\r\n" : "";
        var head = string.Create(
            CultureInfo.InvariantCulture, $"POST {url.AbsolutePath} HTTP/1.1\r\nHost: {url.Authority}\r\n{key}Content-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    /// <summary>Empty: an asynchronous call's answer has a word of its own for each.</summary>
    private static byte[] Body(Uri url) => url.AbsolutePath switch
    {
        GeneratePath => CannedAnswer.Body,
        DoorWorld.FunctionPath => CannedAnswer.Text,
        _ => [],
    };
}
