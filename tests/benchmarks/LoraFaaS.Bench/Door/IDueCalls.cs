namespace LoraFaaS.Bench.Door;

/// <summary>Which connection makes which of the calls that are due. One thread owns it; nothing is allocated for a call.</summary>
internal interface IDueCalls
{
    /// <summary>The next call that is due and can be made now; false: none is, or no connection that may make it is free.</summary>
    /// <param name="due">So many calls are due by now, from the first on.</param>
    /// <param name="client">The one to make it.</param>
    /// <param name="number">Of the call, among all.</param>
    bool TryTake(long due, out LoadClient client, out long number);

    /// <summary>It has its answer and may call again.</summary>
    void Free(LoadClient client);
}
