using System.CommandLine;
using LoraFaaS.Bench.Door;

namespace LoraFaaS.Bench.Commands;

/// <summary>The processes that <c>gateway</c> starts of this program; nobody else calls them.</summary>
internal static class PartCommands
{
    private static readonly Option<string> Target = new("--target") { Required = true };
    private static readonly Option<string> Url = new("--url") { Required = true };
    private static readonly Option<int> Clients = new("--clients");
    private static readonly Option<int> Count = new("--count");
    private static readonly Option<double> Seconds = new("--seconds");

    public static IEnumerable<Command> Create()
    {
        var forwarder = new Command("forwarder") { Target };
        forwarder.SetAction((parse, _) => BareForwarder.RunAsync(parse.GetValue(Target)!));
        var load = new Command("load") { Url, Clients, Seconds };
        load.SetAction((parse, _) => LoadProcess.RunAsync(parse.GetValue(Url)!, parse.GetValue(Clients), parse.GetValue(Seconds)));
        var hold = new Command("hold") { Url, Count };
        hold.SetAction((parse, _) => LoadProcess.HoldAsync(parse.GetValue(Url)!, parse.GetValue(Count)));

        foreach (var command in new[] { forwarder, load, hold })
        {
            command.Hidden = true;
            yield return command;
        }
    }
}
