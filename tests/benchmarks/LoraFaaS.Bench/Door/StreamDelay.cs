using System.Diagnostics;
using System.Net.Http.Headers;
using Google.Protobuf;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Bench.Door;

/// <summary>From the worker's writing of a first token to its arrival at who reads the stream, both in this process: straight from the worker, and through the gateway.</summary>
internal static class StreamDelay
{
    private const int Streams = 300;
    private const int WarmUp = 100;

    /// <summary>In milliseconds, of each stream.</summary>
    public static async Task<(IReadOnlyList<double> Direct, IReadOnlyList<double> Gateway)> MeasureAsync(DoorWorld world)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var (direct, gateway) = (new List<double>(), new List<double>());

        for (var i = -WarmUp; i < Streams; i++)
        {
            var straight = await FirstByteAsync(http, Straight(world), world.Worker);
            var passed = await FirstByteAsync(http, Through(world), world.Worker);

            if (i >= 0)
            {
                direct.Add(straight);
                gateway.Add(passed);
            }
        }

        return (direct, gateway);
    }

    private static async Task<double> FirstByteAsync(HttpClient http, HttpRequestMessage request, CannedWorker worker)
    {
        using (request)
        using (var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            var body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[8]);
            var delay = Stopwatch.GetElapsedTime(worker.BegunAt).TotalMilliseconds;
            await body.CopyToAsync(Stream.Null);
            return delay;
        }
    }

    private static HttpRequestMessage Straight(DoorWorld world) => new(HttpMethod.Post, world.HeldDirectUrl)
    {
        Content = new ByteArrayContent(new GenerateRequest { Prompt = new Prompt { UserText = "hello" } }.ToByteArray()),
    };

    private static HttpRequestMessage Through(DoorWorld world)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, world.HeldUrl) { Content = new StringContent("hello") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", world.Key);
        return request;
    }
}
