using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Forecasting.Learning;
using LoraFaaS.Policies.Forecasting.Lstm;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>
/// The one owner of the network that learns: takes lessons as they come, updates within its share of a core, hangs up what it has learned,
/// saves it. A controller that does not lead reads instead what the leader has saved.
/// </summary>
internal sealed partial class NetworkSchool(
    LessonInbox inbox, NetworkBoard board, IForecastStore store, LeadershipCheck leadership, IOptions<ForecastOptions> options, TimeProvider time,
    ILogger<NetworkSchool> logger)
    : BackgroundService
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(1);

    private readonly ILogger _logger = logger;
    private OnlineLearner? _learner;
    private long _saved;
    private long _savedUpdates;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Its arithmetic must not hold up the host's start.
        await Task.Yield();

        using var timer = new PeriodicTimer(LookInterval, time);

        do
        {
            try
            {
                await TurnAsync(stoppingToken);
            }
            catch (Exception exception) when (exception.Passes())
            {
                LogUnavailable(exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task TurnAsync(CancellationToken cancellationToken)
    {
        var learner = _learner ??= await OpenAsync(cancellationToken);

        while (inbox.Reader.TryRead(out var lesson))
        {
            learner.Add(lesson);
        }

        if (options.Value.LearningShare > 0 && learner.IsDue && await leadership.LeadsAsync(cancellationToken))
        {
            await LearnAsync(learner, cancellationToken);
        }

        if (time.GetElapsedTime(_saved) >= options.Value.SaveInterval)
        {
            _saved = time.GetTimestamp();
            await ExchangeAsync(learner, cancellationToken);
        }
    }

    /// <summary>Updates with rests between them, so that the share holds however fast the machine is.</summary>
    private async Task LearnAsync(OnlineLearner learner, CancellationToken cancellationToken)
    {
        var loss = 0.0;
        var updates = 0;

        while (learner.IsDue && !cancellationToken.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            loss += learner.Update();
            updates++;
            var took = time.GetElapsedTime(started);
            var rest = took * (1 / options.Value.LearningShare - 1);

            if (rest > ShortestRest)
            {
                await Task.Delay(rest, time, cancellationToken);
            }
        }

        board.Publish(learner.Trainer.Freeze());
        LogLearned(updates, loss / Math.Max(1, updates), learner.Trainer.Updates);
    }

    private async Task ExchangeAsync(OnlineLearner learner, CancellationToken cancellationToken)
    {
        if (await leadership.LeadsAsync(cancellationToken))
        {
            if (learner.Trainer.Updates != _savedUpdates)
            {
                await store.SaveAsync(ForecastMemory.Network, learner.Trainer.Checkpoint(), cancellationToken);
                await store.SaveAsync(ForecastMemory.Lessons, learner.Remember(), cancellationToken);
                _savedUpdates = learner.Trainer.Updates;
            }

            return;
        }

        _learner = await OpenAsync(cancellationToken);
    }

    private async Task<OnlineLearner> OpenAsync(CancellationToken cancellationToken)
    {
        _saved = _saved == 0 ? time.GetTimestamp() : _saved;
        var trainer = await RestoreAsync(cancellationToken) ?? new LstmTrainer(LstmShape.Default, NetworkBoard.Seed);
        _savedUpdates = trainer.Updates;
        board.Publish(trainer.Freeze());
        var learner = new OnlineLearner(trainer, new Random(NetworkBoard.Seed));

        if (await store.LoadAsync(ForecastMemory.Lessons, cancellationToken) is { } lessons && !learner.TryRecall(lessons, out var problem))
        {
            LogNotRecalled(problem);
        }

        return learner;
    }

    private async Task<LstmTrainer?> RestoreAsync(CancellationToken cancellationToken)
    {
        if (await store.LoadAsync(ForecastMemory.Network, cancellationToken) is not { } bytes)
        {
            return null;
        }

        if (!LstmTrainer.TryRestore(bytes, LstmShape.Default, out var trainer, out var problem))
        {
            LogNotRead(problem);
        }

        return trainer;
    }

    [LoggerMessage(2704, LogLevel.Debug, "The forecast network made {Updates} updates at a mean loss of {Loss:0.0000}, {All} in all")]
    private partial void LogLearned(int updates, double loss, long all);

    [LoggerMessage(2705, LogLevel.Warning, "The stored forecast network is not used: {Problem}")]
    private partial void LogNotRead(string problem);

    [LoggerMessage(2708, LogLevel.Warning, "The stored lessons are not used: {Problem}")]
    private partial void LogNotRecalled(string problem);

    [LoggerMessage(2706, LogLevel.Warning, "The forecast network does not learn now: {Message}")]
    private partial void LogUnavailable(string message);
}
