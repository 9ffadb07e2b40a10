-- BillingAccountType-C-004-C: Without a billing account there is no type of it.
BillingAccountId IS NULL AND BillingAccountType IS NOT NULL

-- BillingAccountType-C-005-C: A billing account has a type.
BillingAccountId IS NOT NULL AND BillingAccountType IS NULL

-- SubAccountName-C-004-C: Without a sub-account there is no name of it.
SubAccountId IS NULL AND SubAccountName IS NOT NULL

-- SubAccountName-C-005-C: A sub-account has a name.
SubAccountId IS NOT NULL AND SubAccountName IS NULL

-- SubAccountType-C-004-C: Without a sub-account there is no type of it.
SubAccountId IS NULL AND SubAccountType IS NOT NULL

-- SubAccountType-C-005-C: A sub-account has a type.
SubAccountId IS NOT NULL AND SubAccountType IS NULL

-- RegionName-C-004-C: Without a region there is no name of it.
RegionId IS NULL AND RegionName IS NOT NULL

-- RegionName-C-005-C: A region has a name.
RegionId IS NOT NULL AND RegionName IS NULL

-- ResourceName-C-004-C: Without a resource there is no name of it.
ResourceId IS NULL AND ResourceName IS NOT NULL

-- ResourceName-C-006-C: The name of a resource is not its id.
ResourceName = ResourceId

-- ResourceType-C-004-C: Without a resource there is no type of it.
ResourceId IS NULL AND ResourceType IS NOT NULL

-- ResourceType-C-005-C: A resource has a type.
ResourceId IS NOT NULL AND ResourceType IS NULL

-- CapacityReservationId-C-005-C: What is not used of a reservation names the reservation.
CapacityReservationStatus = 'Unused' AND CapacityReservationId IS NULL

-- CapacityReservationStatus-C-003-C: Without a reservation there is no status of it.
CapacityReservationId IS NULL AND CapacityReservationStatus IS NOT NULL

-- CapacityReservationStatus-C-004-C: Usage of a reservation has its status.
CapacityReservationId IS NOT NULL AND ChargeCategory = 'Usage' AND CapacityReservationStatus IS NULL

-- CapacityReservationStatus-C-006-M: CapacityReservationStatus is Used, Unused or null.
CapacityReservationStatus NOT IN ('Used', 'Unused')

-- CommitmentDiscountName-C-004-C: Without a commitment there is no name of it.
CommitmentDiscountId IS NULL AND CommitmentDiscountName IS NOT NULL

-- CommitmentDiscountCategory-C-003-C: Without a commitment there is no category of it.
CommitmentDiscountId IS NULL AND CommitmentDiscountCategory IS NOT NULL

-- CommitmentDiscountCategory-C-004-C: A commitment has a category.
CommitmentDiscountId IS NOT NULL AND CommitmentDiscountCategory IS NULL

-- CommitmentDiscountCategory-C-005-M: CommitmentDiscountCategory is Spend, Usage or null.
CommitmentDiscountCategory NOT IN ('Spend', 'Usage')

-- CommitmentDiscountType-C-004-C: Without a commitment there is no type of it.
CommitmentDiscountId IS NULL AND CommitmentDiscountType IS NOT NULL

-- CommitmentDiscountType-C-005-C: A commitment has a type.
CommitmentDiscountId IS NOT NULL AND CommitmentDiscountType IS NULL

-- CommitmentDiscountStatus-C-003-C: Without a commitment there is no status of it.
CommitmentDiscountId IS NULL AND CommitmentDiscountStatus IS NOT NULL

-- CommitmentDiscountStatus-C-004-C: Usage of a commitment has its status.
CommitmentDiscountId IS NOT NULL AND ChargeCategory = 'Usage' AND CommitmentDiscountStatus IS NULL

-- CommitmentDiscountStatus-C-005-M: CommitmentDiscountStatus is Used, Unused or null.
CommitmentDiscountStatus NOT IN ('Used', 'Unused')
