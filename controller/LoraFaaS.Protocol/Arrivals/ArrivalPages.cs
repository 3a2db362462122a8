namespace LoraFaaS.Protocol.Arrivals;

/// <summary>Where the words are in the page that says how far an adapter has come which the worker still packs. Only the worker writes it.</summary>
public static class ArrivalPages
{
    /// <summary>Changes whenever something else in the page has changed.</summary>
    public const int Signal = 0;

    /// <summary>An <see cref="ArrivalState"/>.</summary>
    public const int State = 64;

    /// <summary>Bytes of the image that are there, from its beginning on, head included. Never less than before.</summary>
    public const int Bytes = 128;

    /// <summary>When its packing began: ticks of the machine's monotonic clock, which worker and sandbox share.</summary>
    public const int Begun = 192;
}
