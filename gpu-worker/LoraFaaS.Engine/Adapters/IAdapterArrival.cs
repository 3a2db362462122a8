namespace LoraFaaS.Engine.Adapters;

/// <summary>How far an adapter's image has come that is used while it is still being made. Asked by the thread that steps, in the middle of a step.</summary>
public interface IAdapterArrival
{
    /// <summary>Returns when the content's first <paramref name="bytes"/> bytes are there to be read. False: they are not waited for any longer, or will not come.</summary>
    bool Await(long bytes);

    /// <summary>Returns when all of it is there, and is what it is called. False as in <see cref="Await"/>: nothing that was computed with it counts.</summary>
    bool AwaitWhole();
}
