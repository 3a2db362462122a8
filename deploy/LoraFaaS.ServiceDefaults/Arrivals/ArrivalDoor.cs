using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoraFaaS.ServiceDefaults.Arrivals;

/// <summary>Of a host that accounts for its requests' time from their arrival on: each of its connections has a <see cref="RequestArrival"/>.</summary>
internal sealed class ArrivalDoor(TimeProvider time)
{
    /// <summary>Outermost, before whatever else reads from a connection.</summary>
    public void Stand(ListenOptions listen) => listen.Use(next => connection =>
    {
        var arrival = new RequestArrival();
        connection.Features.Set(arrival);
        connection.Transport = new Pipes(new ArrivalReader(connection.Transport.Input, arrival, time), connection.Transport.Output);
        return next(connection);
    });

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
