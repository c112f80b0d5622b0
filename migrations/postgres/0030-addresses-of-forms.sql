-- The desk shows what other forms say of the same address.
create index deliverability_addresses_prefix on deliverability_addresses (prefix);
