using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Routing;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Activation;

/// <summary>
/// A cold burst asks the controller once: all callers of one revision wait for the same flight, no more of them than the bound, each within its own
/// deadline. A flight that nobody waits for any more is given up.
/// </summary>
internal sealed class ActivationDesk(IActivator activator, ActivationEstimate estimate, IOptions<GatewayOptions> options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RevisionKey, Flight> _flights = [];

    public async Task<ActivationOutcome> ActivateAsync(RouteEntry route, CancellationToken cancellationToken)
    {
        var key = new RevisionKey(route.Function, route.Revision.Number);
        Flight flight;

        lock (_gate)
        {
            if (!_flights.TryGetValue(key, out var found))
            {
                found = new Flight(time.GetTimestamp());
                _flights.Add(key, found);
            }

            if (found.Waiters >= options.Value.MaxWaiters)
            {
                return new ActivationOutcome.Full(estimate.Remaining(time.GetElapsedTime(found.StartedTimestamp)));
            }

            flight = found;
            flight.Waiters++;

            // Started on the pool: what the activator does before its first await is not done under our lock.
            flight.Outcome ??= Task.Run(() => FlyAsync(key, flight, route), CancellationToken.None);
        }

        try
        {
            return await flight.Outcome.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private async Task<ActivationOutcome> FlyAsync(RevisionKey key, Flight flight, RouteEntry route)
    {
        try
        {
            var timeLeft = route.Revision.Timeout > TimeSpan.Zero ? route.Revision.Timeout : options.Value.DefaultTimeout;
            var outcome = await activator.ActivateAsync(route, timeLeft, flight.Abandoned.Token);

            if (outcome is ActivationOutcome.Ready)
            {
                estimate.Add(time.GetElapsedTime(flight.StartedTimestamp));
            }

            return outcome;
        }
        catch (OperationCanceledException) when (flight.Abandoned.IsCancellationRequested)
        {
            return new ActivationOutcome.Refused(new Problem(ErrorCode.Cancelled, "nobody waits for this activation any more"));
        }
        finally
        {
            Land(key, flight);
        }
    }

    private void Leave(RevisionKey key, Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiters > 0 || flight.Outcome is { IsCompleted: true })
            {
                return;
            }

            Remove(key, flight);
        }

        flight.Abandoned.Cancel();
    }

    private void Land(RevisionKey key, Flight flight)
    {
        lock (_gate)
        {
            Remove(key, flight);
        }
    }

    /// <summary>A new flight may already have taken the place of an abandoned one.</summary>
    private void Remove(RevisionKey key, Flight flight)
    {
        if (_flights.TryGetValue(key, out var current) && ReferenceEquals(current, flight))
        {
            _flights.Remove(key);
        }
    }
}
