namespace LoraFaaS.Contracts.Admin;

/// <summary>How full the queue of asynchronous calls is. <c>Open</c> calls are waiting, running or being delivered.</summary>
public sealed record AsyncQueueInfo(long Open, long OpenBytes, long Completed, long Dead);
