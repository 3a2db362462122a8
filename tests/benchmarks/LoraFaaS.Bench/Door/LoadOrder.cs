namespace LoraFaaS.Bench.Door;

/// <summary>What the load process is to do: so many clients one call after another, or, with a rate, so many calls a second spread over them evenly.</summary>
internal sealed record LoadOrder(string Url, int Clients, double Seconds)
{
    /// <summary>Calls a second of all clients together. Null: as fast as they are answered.</summary>
    public double? Rate { get; init; }

    /// <summary>At a rate: any connection that is free makes the next call (<see cref="PooledCalls"/>); otherwise each has calls of its own (<see cref="OwnCalls"/>).</summary>
    public bool Pooled { get; init; }

    /// <summary>Sent as a bearer where it is not empty.</summary>
    public string Key { get; init; } = "";

    public IEnumerable<string> Arguments()
    {
        yield return "load";
        yield return "--url";
        yield return Url;
        yield return "--clients";
        yield return Clients.ToString(System.Globalization.CultureInfo.InvariantCulture);
        yield return "--seconds";
        yield return Seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);

        if (Rate is { } rate)
        {
            yield return "--rate";
            yield return rate.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (Pooled)
        {
            yield return "--pooled";
        }

        if (Key.Length > 0)
        {
            yield return "--key";
            yield return Key;
        }
    }
}
