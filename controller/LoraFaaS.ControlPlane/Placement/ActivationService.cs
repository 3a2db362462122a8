using System.Collections.Frozen;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Routes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Placement;

/// <summary>
/// Makes cold functions ready: one flight per revision however many ask, each asker bounded by its own deadline. A flight goes on
/// when its askers leave, because what it loads will be wanted again at their retry.
/// </summary>
public sealed class ActivationService(
    ICatalogueStore catalogue, FunctionRegistry functions, Placer placer, ActivationMetrics metrics, IOptions<ActivationOptions> options, TimeProvider time)
    : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(FunctionId Function, int Revision), Flight> _flights = [];
    private readonly ActivationEstimate _estimate = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Ready, or the reason why not, within <paramref name="timeLeft"/>.</summary>
    public async Task<ActivationOutcome> ActivateAsync(FunctionId function, int revision, TimeSpan timeLeft, CancellationToken cancellationToken)
    {
        if (timeLeft <= TimeSpan.Zero)
        {
            return TooLate();
        }

        if (await FindAsync(function, revision, cancellationToken) is not { } wanted)
        {
            return new ActivationOutcome.Refused(new Problem(ErrorCode.FunctionNotFound, $"function {function} not found"));
        }

        if (Join(wanted) is not { } flight)
        {
            return new ActivationOutcome.Refused(
                new Problem(ErrorCode.QueueFull, $"{options.Value.MaxWaiters} callers already wait for {function} to wake", RetryAfter: _estimate.Current));
        }

        try
        {
            return await flight.Outcome.WaitAsync(timeLeft, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return TooLate();
        }
        finally
        {
            flight.Leave();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] running;

        lock (_lock)
        {
            running = [.. _flights.Values.Select(flight => flight.Outcome)];
        }

        await _stopping.CancelAsync();
        
        // A flight's fault was every asker's to read; here only its end matters.
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private Flight? Join(FunctionRevision revision)
    {
        var key = (revision.Function, revision.Number);

        lock (_lock)
        {
            if (_flights.TryGetValue(key, out var running))
            {
                return running.TryJoin(options.Value.MaxWaiters) ? running : null;
            }

            var flight = new Flight();
            flight.TryJoin(options.Value.MaxWaiters);
            _flights.Add(key, flight);
            flight.Start(FlyAsync(revision));
            return flight;
        }
    }

    /// <summary>What can be expected to go wrong is an outcome that every asker reads.</summary>
    private async Task<ActivationOutcome> FlyAsync(FunctionRevision revision)
    {
        // Leaves the caller's lock before anything else happens.
        await Task.Yield();
        var started = time.GetTimestamp();

        try
        {
            var outcome = await placer.PlaceAsync(revision, FrozenSet<WorkerId>.Empty, live: true, "an invocation waits", _stopping.Token);

            metrics.Ended(outcome, time.GetElapsedTime(started));

            if (outcome is ActivationOutcome.Ready)
            {
                _estimate.Add(time.GetElapsedTime(started));
                await functions.WakeAsync(revision.Function, _stopping.Token);
            }

            return outcome;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return new ActivationOutcome.Refused(new Problem(ErrorCode.ControllerUnavailable, "the controller is stopping", RetryAfter: _estimate.Current));
        }
        catch (Exception exception) when (exception.Passes())
        {
            return new ActivationOutcome.Refused(new Problem(ErrorCode.ControllerUnavailable, exception.Message, RetryAfter: _estimate.Current));
        }
        finally
        {
            lock (_lock)
            {
                _flights.Remove((revision.Function, revision.Number));
            }
        }
    }

    /// <summary>A gateway's table may be one revision behind, so the one it names is preferred to the current one.</summary>
    private async Task<FunctionRevision?> FindAsync(FunctionId function, int revision, CancellationToken cancellationToken)
    {
        if (await catalogue.FindFunctionAsync(function, cancellationToken) is { } record)
        {
            return record.Revisions.FirstOrDefault(candidate => candidate.Number == revision) ?? record.Current;
        }

        return function.Namespace == NamespaceName.Default
            && BackboneName.TryParse(function.Name.Value, out var name)
            && await catalogue.FindBackboneAsync(name, cancellationToken) is { } backbone
                ? BackboneRoute.RevisionOf(backbone, function)
                : null;
    }

    private ActivationOutcome.Refused TooLate() =>
        new(new Problem(ErrorCode.DeadlineExceeded, "the deadline passed while the function was being activated", RetryAfter: _estimate.Current));
}
