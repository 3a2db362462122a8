using System.Text.Json;
using LoraFaaS.Attacks;
using LoraFaaS.Attacks.Network;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Opening;

namespace LoraFaaS.HostileSandbox;

/// <summary>Answers frames as an engine would, and does what the prompts say: attacks, and frames that claim what is not so.</summary>
internal sealed class HostileStation(OpenedSandbox sandbox, WorkerConnection connection, Outbox outbox, KeptDescriptor backbone)
{
    public const string ForgeUsage = "ForgeUsage";
    public const string ForgeTimes = "ForgeTimes";
    public const string ForgeOthers = "ForgeOthers";
    public const string TalkToNobody = "TalkToNobody";
    public const string PassDescriptors = "PassDescriptors";
    public const string SendNoFrame = "SendNoFrame";
    public const string ClaimPages = "ClaimPages";
    public const string ClaimNegativePages = "ClaimNegativePages";
    public const string ClaimAdapter = "ClaimAdapter";
    public const string FloodFrames = "FloodFrames";
    public const string SayNothing = "SayNothing";
    public const string StandStill = "StandStill";

    private volatile bool _standsStill;

    public async Task<SandboxExit> RunAsync()
    {
        while (await connection.ReadAsync(CancellationToken.None) is { Status: FrameReadStatus.Message, Message: { } message } frame)
        {
            switch (message.KindCase)
            {
                case ToSandbox.KindOneofCase.Generate:
                    // On a thread of its own: an attack may take long, and one that hangs must not look like a dead process.
                    new Thread(() => Serve(message.Generate)) { IsBackground = true }.Start();
                    break;
                case ToSandbox.KindOneofCase.Ping:
                    outbox.Post(new FromSandbox { Pong = new Pong { Number = message.Ping.Number, Turns = _standsStill ? 0 : message.Ping.Number } });
                    break;
                case ToSandbox.KindOneofCase.LoadAdapter:
                    frame.Descriptor?.Dispose();
                    outbox.Post(new FromSandbox { AdapterLoaded = new AdapterLoaded { AdapterDigest = message.LoadAdapter.AdapterDigest, DeviceBytes = 1 } });
                    break;
                case ToSandbox.KindOneofCase.Drain:
                    return SandboxExit.Done;
                default:
                    break;
            }
        }

        return SandboxExit.Done;
    }

    private void Serve(Generate generate)
    {
        var order = JsonSerializer.Deserialize(generate.Request.Prompt.UserText, HostileJson.Default.HostileOrder)!;

        switch (order.Attack)
        {
            case ForgeUsage:
                // One token was sent, and a million are claimed; of the prompt, less than nothing.
                Say(generate.Sequence, "x", prompt: -5, completion: 1_000_000);
                break;
            case ForgeTimes:
                // What is no time at all, and what would take time off the bill.
                Say(generate.Sequence, "x", prompt: -1_000_000, completion: 1, new ColdStart { QueueMs = -1e9, PromptMs = double.NaN, PrefillMs = double.PositiveInfinity, AdapterMs = 1e300, TtftMs = -5 });
                break;
            case ForgeOthers:
                Forge();
                Say(generate.Sequence, "done", prompt: 1, completion: 1);
                break;
            case TalkToNobody:
                // Of a sequence that has ended: its own, of the order before.
                for (var i = 0; i < 1_000_000; i++)
                {
                    outbox.Post(new FromSandbox { Event = new Event { Sequence = generate.Sequence - 1, Event_ = new GenerateEvent { Tokens = new Tokens { Ids = { 1 } } } } });
                }

                break;
            case PassDescriptors:
                RawSocket.TryPass([0, 0, 0, 0], descriptor: 1, times: 1);
                RawSocket.TryPass([0, 0, 0, 0], descriptor: 1, times: 64);
                break;
            case SendNoFrame:
                RawSocket.TryWrite([0, 0, 0, 3, 0xff, 0xff, 0xff]);
                break;
            case ClaimPages:
                outbox.Post(new FromSandbox { Load = new Load { PagesUsed = long.MaxValue, PagesKept = long.MaxValue, PagesTotal = long.MaxValue } });
                break;
            case ClaimNegativePages:
                outbox.Post(new FromSandbox { Load = new Load { PagesUsed = long.MinValue / 16_384, PagesTotal = 1 } });
                break;
            case ClaimAdapter:
                outbox.Post(new FromSandbox { LeaseWanted = new LeaseWanted { DeviceBytes = long.MaxValue } });
                break;
            case FloodFrames:
                for (var i = 0; i < 1_000_000; i++)
                {
                    outbox.Post(new FromSandbox { Load = new Load { Running = i } });
                }

                Say(generate.Sequence, "done", prompt: 1, completion: 1);
                break;
            case SayNothing:
                break;
            case StandStill:
                // As one whose engine is deep in a step that does not end, while the rest of it answers.
                _standsStill = true;
                break;
            default:
                Attack(generate.Sequence, order);
                break;
        }
    }

    private unsafe void Attack(ulong sequence, HostileOrder order)
    {
        var target = order.Target with { Backbone = (long)sandbox.Backbone.Address, BackboneBytes = sandbox.Backbone.Length, BackboneDescriptor = backbone.Value };
        AttackResult result;

        try
        {
            result = AttackList.Find(order.Attack)!.Run(target);
        }
        catch (Exception failure)
        {
            result = new AttackResult(order.Attack, [$"the attack itself failed: {failure}"], []);
        }

        Say(sequence, JsonSerializer.Serialize(result, HostileJson.Default.AttackResult), prompt: 1, completion: 1);
    }

    /// <summary>Events of sequences it was never given: whoever has these numbers would be billed, cut short, or sent a stranger's words.</summary>
    private void Forge()
    {
        for (ulong other = 1_000; other < 1_200; other++)
        {
            outbox.Post(new FromSandbox { Event = new Event { Sequence = other, Event_ = new GenerateEvent { Tokens = new Tokens { Ids = { 1, 2, 3 }, Text = "forged" } } } });
            outbox.Post(new FromSandbox { Event = new Event { Sequence = other, Event_ = Finished(1_000_000, 1_000_000) } });
        }
    }

    private void Say(ulong sequence, string text, int prompt, int completion, ColdStart? account = null)
    {
        foreach (var happened in (GenerateEvent[])[
            new() { Started = new Started { PromptTokens = prompt } }, new() { Tokens = new Tokens { Ids = { 1 }, Text = text } }, Finished(prompt, completion, account)])
        {
            outbox.Post(new FromSandbox { Event = new Event { Sequence = sequence, Event_ = happened } });
        }
    }

    private static GenerateEvent Finished(int prompt, int completion, ColdStart? account = null) =>
        new() { Finished = new Finished { Reason = FinishReason.Stop, PromptTokens = prompt, CompletionTokens = completion, ColdStart = account } };
}
