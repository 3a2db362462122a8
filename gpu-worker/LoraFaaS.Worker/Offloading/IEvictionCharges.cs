namespace LoraFaaS.Worker.Offloading;

/// <summary>Told of every eviction: who caused it is to be charged for it.</summary>
internal interface IEvictionCharges
{
    void Charge(Eviction eviction);
}
