namespace LoraFaaS.Contracts.Admin;

/// <summary>The body of <c>POST /system/function/{name}/rollback</c>, which may be left out.</summary>
public sealed record RollbackRequest
{
    /// <summary>Absent: a revision under trial leaves; where one serves alone, what served before it comes back.</summary>
    public int? To { get; init; }
}
