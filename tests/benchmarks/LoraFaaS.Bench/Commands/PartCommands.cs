using System.CommandLine;
using LoraFaaS.Bench.Contention;
using LoraFaaS.Bench.Door;
using LoraFaaS.Bench.Machine;

namespace LoraFaaS.Bench.Commands;

/// <summary>The processes that <c>gateway</c>, <c>contention</c> and <c>platform</c> start of this program; nobody else calls them.</summary>
internal static class PartCommands
{
    private static readonly Option<string> Target = new("--target") { Required = true };
    private static readonly Option<string> Url = new("--url") { Required = true };
    private static readonly Option<int> Clients = new("--clients");
    private static readonly Option<int> Count = new("--count");
    private static readonly Option<int> Owner = new("--owner");
    private static readonly Option<int> Grant = new("--grant");
    private static readonly Option<int> Word = new("--word");
    private static readonly Option<int> Step = new("--step");
    private static readonly Option<bool> Parks = new("--parks");
    private static readonly Option<double> Seconds = new("--seconds");
    private static readonly Option<double?> Rate = new("--rate");
    private static readonly Option<bool> Pooled = new("--pooled");
    private static readonly Option<string> Key = new("--key") { DefaultValueFactory = _ => "" };

    public static IEnumerable<Command> Create()
    {
        var forwarder = new Command("forwarder") { Target };
        forwarder.SetAction((parse, _) => BareForwarder.RunAsync(parse.GetValue(Target)!));
        var relay = new Command("relay") { Target };
        relay.SetAction((parse, _) => BareRelay.RunAsync(parse.GetValue(Target)!));
        var answer = new Command("answer");
        answer.SetAction((_, _) => CannedWorker.RunAsync());
        var load = new Command("load") { Url, Clients, Seconds, Rate, Pooled, Key };
        load.SetAction(parse => LoadProcess.Run(
            new LoadOrder(parse.GetValue(Url)!, parse.GetValue(Clients), parse.GetValue(Seconds)) { Rate = parse.GetValue(Rate), Pooled = parse.GetValue(Pooled), Key = parse.GetValue(Key)! }));
        var hold = new Command("hold") { Url, Count, Key };
        hold.SetAction((parse, _) => HeldStreams.RunAsync(parse.GetValue(Url)!, parse.GetValue(Count), parse.GetValue(Key)!));

        var stepper = new Command("stepper") { Owner, Grant, Word, Count, Step };
        stepper.SetAction((parse, _) => Stepper.RunAsync(parse.GetValue(Owner), parse.GetValue(Grant), parse.GetValue(Word), parse.GetValue(Count), parse.GetValue(Step)));
        var partner = new Command("partner") { Owner, Word, Count, Parks };
        partner.SetAction(parse => RawHandOver.Answer(parse.GetValue(Owner), parse.GetValue(Word), parse.GetValue(Count), parse.GetValue(Parks)));

        var watch = new Command("machine-watch");
        watch.SetAction(_ => MachineWatch.Run());

        foreach (var command in new[] { forwarder, relay, answer, load, hold, stepper, partner, watch })
        {
            command.Hidden = true;
            yield return command;
        }
    }
}
