namespace LoraFaaS.Storage.Embedded.Async;

/// <summary>A call in an order of time; its id tells calls of one moment apart.</summary>
internal readonly record struct CallMoment(DateTimeOffset At, string Id) : IComparable<CallMoment>
{
    public int CompareTo(CallMoment other) => At.CompareTo(other.At) is not 0 and var order ? order : string.CompareOrdinal(Id, other.Id);
}
