namespace LoraFaaS.Protocol.Arrivals;

/// <summary>What is to be thought of an adapter that is on its way.</summary>
public enum ArrivalState : uint
{
    /// <summary>It is being packed. What was computed with it is nobody's yet: nobody has vouched for its bytes.</summary>
    Coming = 0,

    /// <summary>All of it is there, and it is the adapter that its digest names.</summary>
    Whole = 1,

    /// <summary>It will not come, or it is not what its digest names: nothing that was computed with it counts.</summary>
    Lost = 2,
}
