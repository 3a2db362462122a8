namespace LoraFaaS.Policies.Admission;

/// <summary>One namespace's part of a full door.</summary>
/// <param name="Held">What runs, each call as the inverse of its weight: a call of weight 4 counts a quarter.</param>
/// <param name="Waiting">What waits, counted the same way.</param>
/// <param name="NextCost">The inverse of the weight of the one who would go next; 0: nobody waits.</param>
/// <param name="Arrival">When that one came; smaller is earlier.</param>
public readonly record struct DoorLine(double Held, double Waiting, double NextCost, long Arrival);
