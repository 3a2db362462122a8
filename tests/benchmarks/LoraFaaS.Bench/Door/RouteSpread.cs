using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using LoraFaaS.Protocol.Control;

namespace LoraFaaS.Bench.Door;

/// <summary>A function is deployed while the gateways know many others: how long until each of them serves it.</summary>
internal static class RouteSpread
{
    private const int Deployments = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>In milliseconds, of each deployment, until the last gateway answered for it.</summary>
    public static async Task<IReadOnlyList<double>> MeasureAsync(DoorWorld world, IReadOnlyList<Uri> gateways, int functions)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", world.Key);
        var taken = new List<double>();

        for (var i = 0; i < Deployments; i++)
        {
            var update = new RouteUpdate { Version = 3 + i };
            update.Upserts.Add(DoorWorld.RouteTo(functions + i));
            var begun = Stopwatch.GetTimestamp();
            world.Controller.Publish(update);
            await Task.WhenAll(gateways.Select(gateway => UntilServedAsync(http, new Uri(gateway, $"/function/f{functions + i}"))));
            taken.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return taken;
    }

    private static async Task UntilServedAsync(HttpClient http, Uri function)
    {
        while (true)
        {
            using var response = await http.PostAsync(function, new StringContent("hello"));
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            if (response.StatusCode is not HttpStatusCode.NotFound)
            {
                throw new InvalidOperationException($"{function} answered {response.StatusCode}.");
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
