using System.Runtime.InteropServices;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Sampling;
using LoraFaaS.Policies.Batching;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Opening;
using LoraFaaS.Sandbox.Turns;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// The one thread that steps the engine: take commands, plan, step, apply, and again. It and what it calls alone touch sequences, their
/// pages and the book of adapters, so nothing of these is locked. With nothing to run it sleeps in the inbox.
/// </summary>
internal sealed class EngineLoop : IDisposable
{
    private readonly OpenedSandbox _sandbox;
    private readonly LoopInbox _inbox;
    private readonly TurnTaker _turns;
    private readonly TimeProvider _time;
    private readonly JsonLog _log;

    private readonly SequenceTable _table = new();
    private readonly StepPlanner _planner = new();
    private readonly StepTimeModel[] _times;
    private readonly List<StepSequence> _views = [];
    private readonly StepExecutor _executor;
    private readonly PromptForks _forks;
    private readonly TokenStation _tokens;
    private readonly EventDelivery _delivery;
    private readonly SequenceEnds _ends;
    private readonly CommandStation _commands;
    private readonly LoadReporter _load;
    private readonly PrefixKeeper _prefixes = new();
    private readonly LeaseKeeper _lease;
    private readonly FirstTokenPause _firstTokens;
    private int _threads;
    private TimeSpan _sinceDecode;
    private ulong _rounds;

    public EngineLoop(OpenedSandbox sandbox, LoopInbox inbox, TurnTaker turns, Outbox outbox, TimeProvider time, JsonLog log)
    {
        (_sandbox, _inbox, _turns, _time, _log) = (sandbox, inbox, turns, time, log);
        _threads = Math.Max(1, sandbox.Backend.Threads);
        _times = [.. Enumerable.Range(0, _threads).Select(_ => new StepTimeModel())];
        _executor = new StepExecutor(sandbox.Engine, sandbox.Text, _table.Prompts, sandbox.MaxSequences);
        _forks = new PromptForks(sandbox, _table);
        _tokens = new TokenStation(sandbox.Text, sandbox.Engine.Backbone.Shape.Vocabulary);
        _delivery = new EventDelivery(outbox);
        _ends = new SequenceEnds(sandbox, _table, _delivery);
        _lease = new LeaseKeeper(sandbox.Engine, _table, _prefixes, outbox, time);
        _commands = new CommandStation(sandbox, _table, _ends, _delivery, _prefixes, _lease, outbox, time, log);
        _firstTokens = new FirstTokenPause(turns, sandbox.Backend.Pause);
        _load = new LoadReporter(outbox, sandbox.Engine.Pages, time);
    }

    /// <summary>Runs until the inbox is closed, or until drained and empty.</summary>
    public void Run()
    {
        _sandbox.Backend.Settle();

        while (TakeCommands())
        {
            var worked = RunInTurn();
            _load.Report(_table, isLast: !worked);

            if (!worked)
            {
                _turns.Rest();
                _sandbox.Backend.Pause();
                _inbox.Wait();
            }
        }

        foreach (var sequence in _table.All.ToList())
        {
            _ends.Drop(sequence);
        }

        _prefixes.Dispose();
    }

    /// <summary>How often the loop has come round; any thread may ask.</summary>
    public ulong Rounds => Volatile.Read(ref _rounds);

    public void Dispose() => _executor.Dispose();

    /// <summary>False: the loop is over.</summary>
    private bool TakeCommands()
    {
        Volatile.Write(ref _rounds, _rounds + 1);

        while (!_inbox.IsClosed && _inbox.TryTake(out var command))
        {
            _commands.Carry(command);
        }

        _commands.SweepAdapters();
        return !_inbox.IsClosed && !(_commands.IsDraining && _table.Count == 0);
    }

    /// <summary>False: nothing can run until a command comes. The plan is made when the turn is ours: who came while we waited for it is in it.</summary>
    private bool RunInTurn()
    {
        if (_turns.HoldsTurn)
        {
            return RunStep();
        }

        if (Plan().IsEmpty)
        {
            return false;
        }

        return !_turns.TryTake() || (TakeCommands() && RunStep());
    }

    /// <summary>False: nothing can run until a command comes.</summary>
    private bool RunStep()
    {
        UseThreads();
        var plan = Plan();
        var waits = plan.PagesShort > 0 && _lease.TryAsk(plan.PagesShort * _sandbox.Engine.Kv.Layout.PagesPerBlock);

        // What was computed ahead gives way to what runs.
        while (!waits && plan.PagesShort > 0 && _prefixes.TryDropOldest())
        {
            plan = Plan();
        }

        // With more on its way nobody loses anything; who lacks pages waits for the answer.
        if (!waits)
        {
            TakeBack(plan);
        }

        foreach (var row in plan.Rows)
        {
            _executor.TryAdd(_table[row.Key], row);
        }

        var rows = _executor.Count;

        if (rows > 0 && Step())
        {
            ApplyStep();
        }

        _executor.Clear();
        return rows > 0 || (!plan.IsEmpty && !waits);
    }

    /// <summary>With half of the threads a step takes nearly twice as long: what is known of one is of no use for the other but to begin with.</summary>
    private void UseThreads()
    {
        var threads = Math.Min(_times.Length, _turns.Threads ?? int.MaxValue);

        if (threads == _threads)
        {
            return;
        }

        _times[threads - 1].Guess(Times, Math.Max(1, _threads / (double)threads));
        _threads = threads;
        _sandbox.Backend.Use(threads);
    }

    private StepTimeModel Times => _times[_threads - 1];

    private void TakeBack(StepPlan plan)
    {
        foreach (var key in plan.Preempted)
        {
            _table[key].Preempt();
            _load.Preempted();
        }

        foreach (var key in plan.Unservable)
        {
            _ends.Fail(_table[key], new Problem(ErrorCode.NoCapacity, "Its keys and values need more device memory than the sandbox has beside its adapters."));
        }
    }

    private StepPlan Plan()
    {
        var layout = _sandbox.Engine.Kv.Layout;
        _views.Clear();
        _table.View(layout, _views);

        if (_commands.HasArriving)
        {
            ArrivingRows.HoldBack(_views, _table);
        }

        PutLateOnesBehind();

        // The planner counts in blocks: the fewest pages a sequence grows by.
        var free = _sandbox.Engine.Pages.Free / layout.PagesPerBlock;
        var views = CollectionsMarshal.AsSpan(_views);
        var longest = _turns.LongestStep;
        var beside = StepTokenPolicy.Decide(views, Times, longest);
        var most = Math.Min(_sandbox.Engine.Runner.MaxStepTokens, StepTokenPolicy.MostTokens(views, Times, longest));
        var limits = new StepLimits(_sandbox.MaxSequences, most, free, KvLayout.BlockTokens, beside, StepTokenPolicy.DecodesWait(views, Times, longest, _sinceDecode));
        return _planner.Plan(views, limits);
    }

    private void PutLateOnesBehind()
    {
        var (now, second) = (_time.GetTimestamp(), (double)_time.TimestampFrequency);

        foreach (ref var view in CollectionsMarshal.AsSpan(_views))
        {
            if (view is { SloTtft: { } promised, IsDecoding: false })
            {
                var expected = Times.TokenTime(view.Computed) is { } token ? view.Pending * token.TotalSeconds * second : 0;
                view = view with { Due = DuePolicy.Of(view.Due, Math.Max(1, (long)(promised.TotalSeconds * second)), now, (long)expected) };
            }
        }
    }

    /// <summary>False: the step failed, and its sequences were told; or it was given up, and they wait.</summary>
    private bool Step()
    {
        var begun = _time.GetTimestamp();

        try
        {
            var isDone = _executor.TryRun();
            _turns.StepDone();

            if (!isDone)
            {
                for (var i = 0; i < _executor.Count; i++)
                {
                    _commands.PutBack(_executor[i]);
                }

                return false;
            }
        }
        catch (Exception fault)
        {
            // Whatever it was, it concerns the sequences of this step and no others: these end with its name, the loop goes on.
            _turns.StepDone();
            _log.Error("A step failed", fault, ("sequences", _executor.Count));
            var problem = new Problem(ErrorCode.Internal, $"The step that computed its next token failed: {fault.Message}");

            for (var i = 0; i < _executor.Count; i++)
            {
                _ends.Fail(_executor[i], problem);
            }

            return false;
        }

        var took = _time.GetElapsedTime(begun);

        if (_executor.IsOnArriving)
        {
            for (var i = 0; i < _executor.Count; i++)
            {
                _executor[i].Times.Awaited(_commands.Awaited(_executor[i]));
            }

            _commands.CompleteArrivals();
        }
        else if (!_executor.HasScored)
        {
            Times.Observe(_executor.Load, took);
        }

        _sinceDecode = _executor.Load.DecodeRows > 0 ? TimeSpan.Zero : _sinceDecode + took;
        _load.Stepped(took);
        return true;
    }

    private void ApplyStep()
    {
        var told = _delivery.FirstTokens;
        _firstTokens.Begin();

        for (var i = 0; i < _executor.Count; i++)
        {
            if (_executor.HasLogits(i))
            {
                Apply(_executor[i], _executor.Logits(i));
            }
        }

        // Sequences in the middle of their answers do not wait for others' first tokens.
        if (_delivery.FirstTokens - told is > 0 and var tokens && _executor.Load.DecodeRows == 0)
        {
            _firstTokens.TryAwait(tokens);
        }
    }

    private void Apply(LiveSequence sequence, Span<float> logits)
    {
        if (sequence.Prefix is { } prefix)
        {
            Keep(sequence, prefix);
            return;
        }

        if (sequence.Generation.Scores?.Problem is { } problem)
        {
            _ends.Fail(sequence, problem);
            return;
        }

        // Before its first token, which may be its last, and which is chosen in the row itself.
        var forked = _forks.Take(sequence, logits);
        Extend(sequence, logits);

        foreach (var other in forked)
        {
            _forks.Logits.CopyTo(logits);
            Extend(other, logits);
        }
    }

    private void Extend(LiveSequence sequence, Span<float> logits)
    {
        SequenceEnds.Start(sequence);
        _table.Prompts.Start(sequence);

        if (sequence.Generation.IsPromptOnly)
        {
            sequence.Times.Token();
            _ends.Finish(sequence, Engine.Generation.FinishReason.MaxTokens);
            return;
        }

        var status = _tokens.Extend(sequence, logits, out var finish);

        if (status is not SamplingStatus.Sampled)
        {
            _ends.Fail(sequence, TokenStation.Explain(status, sequence));
        }
        else if (finish is { } reason)
        {
            _ends.Finish(sequence, reason);
        }
        else
        {
            _delivery.Flush(sequence);
        }
    }

    private void Keep(LiveSequence sequence, string prefix)
    {
        var tokens = sequence.Generation.Tokens.PromptLength;
        var kv = sequence.TakeKv();
        var blocks = tokens / KvLayout.BlockTokens;
        _prefixes.Keep(prefix, new KeptPrefix(sequence.AdapterDigest, kv, blocks, sequence.Generation.Prefix.Keys[blocks - 1]));
        _delivery.KeptPrefix(prefix, tokens, (long)kv.PageCount * _sandbox.Engine.Pages.PageBytes, sequence.CachedPromptTokens ?? 0);
        _ends.Drop(sequence);
    }
}
